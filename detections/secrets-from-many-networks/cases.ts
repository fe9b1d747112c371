import { at, type Case, event, HOME, HOSTING, usual } from "../testing/case-kit.ts";

const CAFE = "82.3.4.5";
const secrets = (ips: readonly string[], day = 20, gap = 0) =>
  ips.map((ip, n) => event("app.credential.add", at(day + n * gap, `03:0${n}`), { ip, app: { name: `app ${n}` } }));

export const cases: Case[] = [
  {
    kind: "positive",
    name: "three applications, two networks, one hour",
    events: [...usual(), ...secrets([HOSTING, CAFE, HOSTING])],
    expect: {
      fires: true,
      title: "Secrets for several applications from several strange networks",
      dedupKey: "secrets-from-many-networks:id-ann@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "three applications from home",
    events: [...usual(), ...secrets([HOME, HOME, HOME])],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a renewal of three secrets that began at home and went on in a cafe",
    events: [...usual(), ...secrets([HOME, CAFE, CAFE])],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "the same networks with days between them",
    events: [...usual(), ...secrets([HOSTING, CAFE, HOSTING], 20, 2)],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "a telephone that changes its carrier address",
    events: [...usual(), ...secrets(["80.187.23.225", "92.40.208.89", "80.187.23.225"])],
    expect: { fires: false },
  },
];
