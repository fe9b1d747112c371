import { at, type Case, event, HOME, HOSTING, signIn, usual } from "../testing/case-kit.ts";

export const cases: Case[] = [
  {
    kind: "positive",
    name: "device code from a strange place, then a device",
    events: [
      ...usual(),
      signIn(at(20, "03:00"), HOSTING, { params: { originalTransferMethod: "deviceCodeFlow" } }),
      event("device.register", at(20, "03:05"), { target: { kind: "Device", name: "DESKTOP-1" } }),
    ],
    expect: {
      fires: true,
      title: "Device registered with a phished device code",
      dedupKey: "device-code-sign-in:id-ann@fabrikam.example:2026-06-21",
    },
  },
  {
    kind: "negative",
    name: "an ordinary sign-in, then a device",
    events: [...usual(), signIn(at(20, "09:00"), HOME), event("device.register", at(20, "09:05"))],
    expect: { fires: false },
  },
  {
    kind: "near-miss",
    name: "device code at home",
    events: [...usual(), signIn(at(20, "09:00"), HOME, { params: { originalTransferMethod: "deviceCodeFlow" } })],
    expect: { fires: false },
  },
];
