import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CampaignIncident, groupCampaigns, type Handle, handlesOf } from "./group.ts";

const at = (hours: number): string => new Date(Date.UTC(2026, 10, 20) + hours * 3_600_000).toISOString();
const incident = (
  id: string,
  handles: Handle[],
  hours = 0,
  values: Partial<CampaignIncident> = {},
): CampaignIncident => ({
  id,
  detectedAt: at(hours),
  from: at(hours),
  to: at(hours + 1),
  handles,
  ...values,
});
const ip = (value: string): Handle => ({ kind: "address", value });
const NOTHING: Parameters<typeof handlesOf>[0]["attacker"] = {
  ips: [],
  asns: [],
  userAgents: [],
  sessions: [],
  apps: [],
};
const handles = (attacker: Partial<typeof NOTHING> & object, more: Partial<Parameters<typeof handlesOf>[0]> = {}) =>
  handlesOf({ attacker: { ...NOTHING, ...attacker }, phish: [], appIds: [], isShared: () => false, ...more });

describe("what ties two incidents", () => {
  test("an address of an office, of Microsoft or of a big cloud ties nobody to anybody", () => {
    expect(handles({ ips: ["198.51.100.7"] }, { isShared: (one) => one === "198.51.100.7" })).toEqual([]);
    expect(handles({ ips: ["20.1.2.3"], asns: ["AS8075 Microsoft"] })).toEqual([]);
    expect(handles({ ips: ["185.1.2.3"], asns: ["AS9009 M247"] })).toEqual([ip("185.1.2.3")]);
  });

  test("a kit counts with its network, a browser's name never", () => {
    const kinds = handles({ asns: ["AS9009 M247"], userAgents: ["axios/1.7.9", "axios/1.6.0", "Mozilla/5.0 (X11)"] });
    expect(kinds).toEqual([{ kind: "kit", value: "axios as9009" }]);
  });

  test("a phish ties by its message and by sender and subject; what the attacker sent on ties by its message alone", () => {
    const phish = [
      { internetMessageId: "<A@x>", sender: "a@evil.example", subject: "FW: Invoice", direction: "received" as const },
      {
        internetMessageId: "<b@x>",
        sender: "me@client.example",
        subject: "Hello",
        direction: "sent-by-attacker" as const,
      },
    ];
    expect(handles({}, { phish }).map((one) => one.value)).toEqual(["<a@x>", "a@evil.example invoice", "<b@x>"]);
  });
});

describe("campaigns", () => {
  test("incidents that share a handle in time are one, those that do not are none", () => {
    const found = groupCampaigns([
      incident("a", [ip("1.1.1.1")], 0),
      incident("b", [ip("1.1.1.1"), { kind: "session", value: "s" }], 5),
      incident("c", [{ kind: "session", value: "s" }], 40),
      incident("d", [ip("2.2.2.2")], 1),
      incident("e", [ip("1.1.1.1")], 24 * 40),
    ]);
    expect(found.map((one) => one.incidentIds)).toEqual([["a", "b", "c"]]);
    expect(found[0]).toMatchObject({
      id: "a",
      handles: [
        { kind: "address", value: "1.1.1.1", incidents: 2 },
        { kind: "session", value: "s", incidents: 2 },
      ],
    });
  });

  test("the same kit at the same provider counts within a day", () => {
    const kit: Handle = { kind: "kit", value: "axios as9009" };
    expect(groupCampaigns([incident("a", [kit], 0), incident("b", [kit], 20)])).toHaveLength(1);
    expect(groupCampaigns([incident("a", [kit], 0), incident("b", [kit], 30)])).toEqual([]);
  });

  test("two companies that share an office address stay apart, however many incidents each has", () => {
    const office = "203.0.113.9";
    const of = (id: string, own: string) =>
      incident(id, handles({ ips: [office, own] }, { isShared: (one) => one === office }));
    const found = groupCampaigns([of("a1", "1.1.1.1"), of("a2", "1.1.1.1"), of("b1", "2.2.2.2"), of("b2", "2.2.2.2")]);
    expect(found.map((one) => one.incidentIds)).toEqual([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
  });

  const anyIncident = fc
    .record({
      handles: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
      hours: fc.integer({ min: 0, max: 1_500 }),
    })
    .map(
      ({ handles: of, hours }) =>
        (id: string) =>
          incident(
            id,
            of.map((n) => ip(`10.0.0.${n}`)),
            hours,
          ),
    );
  const some = fc.array(anyIncident, { maxLength: 24 }).map((made) => made.map((make, n) => make(`i${n}`)));
  /** Two portions as they lie after having been grouped together: campaign by campaign, then who stands alone. */
  const merge = (x: CampaignIncident[], y: CampaignIncident[]): CampaignIncident[] => {
    const order = groupCampaigns([...y, ...x]).flatMap((one) => one.incidentIds);
    const placeOf = ({ id }: CampaignIncident) => (order.includes(id) ? order.indexOf(id) : order.length);
    return [...x, ...y].toSorted((a, b) => placeOf(a) - placeOf(b));
  };

  test("the order in which incidents come changes nothing", () => {
    fc.assert(
      fc.property(some, fc.nat(), (all, by) => {
        const turned = all
          .map((_, n) => all[(n * 7 + by) % Math.max(1, all.length)])
          .filter((one) => one !== undefined);
        const mixed = [...new Set([...turned, ...all.toReversed()])];
        expect(groupCampaigns(mixed)).toEqual(groupCampaigns(all));
      }),
    );
  });

  test("merging is associative: portions first or all at once, the campaigns are the same", () => {
    fc.assert(
      fc.property(some, fc.nat({ max: 24 }), fc.nat({ max: 24 }), (all, x, y) => {
        const [from, to] = [Math.min(x, y), Math.max(x, y)];
        const [a, b, c] = [all.slice(0, from), all.slice(from, to), all.slice(to)];
        const whole = groupCampaigns(all);
        expect(groupCampaigns(merge(merge(a, b), c))).toEqual(groupCampaigns(merge(a, merge(b, c))));
        expect(groupCampaigns(merge(merge(c, a), b))).toEqual(whole);
        // A campaign of a portion never falls apart in the whole.
        for (const part of [...groupCampaigns([...a, ...b]), ...groupCampaigns([...b, ...c])]) {
          const holder = whole.find((one) => one.incidentIds.includes(part.id));
          expect(holder?.incidentIds).toEqual(expect.arrayContaining(part.incidentIds));
        }
      }),
    );
  });
});
