import { describe, expect, it } from "vitest";
import { factsOf } from "#activities/enrich/index.ts";
import type { NormalizedEvent } from "#domain/event/event.ts";
import type { InventoryItem } from "#domain/incident/analysis.ts";
import { analyze } from "./engine.ts";
import { ANN, at, event, FIREFOX_LINUX, HOME, HOSTING, signIn, usual } from "./testing/case-kit.ts";

const ann = { objectId: `id-${ANN}`, upn: ANN };
const item = (kind: InventoryItem["kind"], name: string, more: Partial<InventoryItem> = {}): InventoryItem => ({
  kind,
  objectId: `${kind}-1`,
  name,
  enabled: true,
  detail: {},
  ...more,
});

function judged(inventory: InventoryItem[], events: NormalizedEvent[] = []) {
  const found = analyze({
    events: [...usual(), ...usual("anna@fabrikam.example", "81.130.20.9"), ...events],
    factsOf,
    inventory,
    ownDomains: ["fabrikam.example"],
    asOf: at(30, "00:00"),
  });
  return {
    incidents: found.incidents.map((i) => ({
      who: i.account.upn,
      kind: i.kind,
      left: i.persistence.map((p) => p.name),
    })),
    notes: found.notable.filter((n) => n.kind === "leftover-persistence").map((n) => n.why),
  };
}
const leftover = (name: string) => ({
  incidents: [{ who: ANN, kind: "leftover-persistence", left: [name] }],
  notes: [],
});
const nothing = { incidents: [], notes: [] };

describe("a live object older than any log is judged by what it is, and its legitimate twin is not", () => {
  it("delegates: a name that imitates a colleague's, and an assistant [R67]", () => {
    const to = (trustee: string) =>
      item("mailbox-delegate", trustee, { mailbox: ann, detail: { trustee, rights: "FullAccess" } });
    expect(judged([to("anпa@fabrikam.example")])).toEqual(leftover("anпa@fabrikam.example"));
    expect(judged([to("bob@fabrikam.example")])).toEqual(nothing);
  });

  it("folder permissions: everybody in the inbox is noted, everybody in the calendar is not", () => {
    const on = (folder: string) =>
      item("mailbox-delegate", "Default", { mailbox: ann, detail: { trustee: "Default", rights: "Reviewer", folder } });
    expect(judged([on("Inbox")]).notes).toEqual(['"Default" lets everybody in.']);
    expect(judged([on("Calendar")])).toEqual(nothing);
  });

  it("transport rules: a covert copy to a free mailbox, and a disclaimer", () => {
    const covert = item("transport-rule", ".", {
      detail: { BlindCopyTo: "box@gmail.com", SetAuditSeverity: "DoNotAudit" },
    });
    const note = judged([covert]);
    expect(note.incidents).toEqual([]);
    expect(note.notes[0]).toMatch(/gmail\.com, under a name made to be overlooked, and keeps itself out of the audit/);
    expect(judged([item("transport-rule", "Disclaimer", { detail: { ApplyHtmlDisclaimerText: "x" } })])).toEqual(
      nothing,
    );
  });

  it("connectors: one that takes mail from a hired server, and the company's gateway with a certificate", () => {
    const hired = item("inbound-connector", "Partner", { detail: { SenderIPAddresses: HOSTING } });
    expect(judged([hired]).notes[0]).toMatch(/takes mail from a hired server \(45\.76\.10\.9/);
    const gateway = item("inbound-connector", "Gateway", {
      detail: { SenderIPAddresses: "81.130.14.99", TlsSenderCertificateName: "mx.fabrikam.example" },
    });
    expect(judged([gateway])).toEqual(nothing);
    const out = (SmartHosts: string) =>
      item("outbound-connector", "Out", { detail: { SmartHosts, RecipientDomains: "*" } });
    expect(judged([out("relay.evil.example")]).incidents).toEqual([]);
    expect(judged([out("mx.fabrikam.example")])).toEqual(nothing);
  });

  it("service principals: a disguised name that reads mail belongs to the one who let it in", () => {
    const appId = "d0000000-0000-4000-8000-000000000004";
    const grant = item("oauth-grant", "Micros0ft Mail", {
      detail: { appId, principalId: ann.objectId, scopes: "offline_access" },
    });
    const principal = item("service-principal", "Micros0ft Mail", { detail: { appId, scopes: "Mail.Read" } });
    expect(judged([grant, principal]).incidents).toEqual(leftover("Micros0ft Mail").incidents);
    const honest = { ...principal, name: "Mail Merge Pro", detail: { ...principal.detail, isVerified: "true" } };
    expect(judged([{ ...grant, name: honest.name }, honest])).toEqual(nothing);
  });

  it("application registrations and roles: a disguised name is told, an ordinary one is not", () => {
    const own = (name: string) => item("app-registration", name, { detail: { credentials: "1" } });
    expect(judged([own("0utlook Sync")]).notes).toHaveLength(1);
    expect(judged([own("Payroll export")])).toEqual(nothing);
    const role = (name: string) => item("role-assignment", name, { detail: { roles: "Global Administrator" } });
    expect(judged([role("x_evil.example#EXT#@fabrikam.example")]).notes).toHaveLength(1);
    expect(judged([role("bob@fabrikam.example")])).toEqual(nothing);
  });
});

describe("what the log tells of the making decides about objects that look like any other", () => {
  const intruder = [
    signIn(at(20, "03:00"), HOSTING, { agent: FIREFOX_LINUX }),
    event("mail.read", at(20, "03:02"), { ip: HOSTING }),
  ];
  const device = (when: string) => item("device", "DESKTOP-1", { mailbox: ann, createdAt: when });
  const method = (when: string) => item("mfa-method", "Authenticator", { mailbox: ann, createdAt: when });

  it("a device and a second factor made while a stranger was in the account are noted, those made at home are not", () => {
    expect(judged([device(at(20, "03:10"))], intruder).notes[0]).toMatch(/made when 45\.76\.10\.9 was in the account/);
    expect(judged([method(at(20, "03:10"))], intruder).notes[0]).toMatch(/made when 45\.76\.10\.9/);
    expect(judged([device(at(10, "09:10")), method(at(10, "09:10"))], intruder).notes).toEqual([]);
  });

  it("a forward made by a stranger is an incident where the same forward made at home is a note", () => {
    const forward = item("mailbox-forwarding", "x@evil.example", {
      mailbox: ann,
      detail: { forwardTo: "x@evil.example" },
    });
    const made = (ip: string, when: string) =>
      event("mailbox.forwarding.set", when, { ip, params: { forwardsTo: "x@evil.example" } });
    const strange = judged([forward], [...intruder, made(HOSTING, at(20, "03:05"))]);
    expect(strange.incidents[0]).toMatchObject({ who: ANN, left: ["x@evil.example"] });
    expect(judged([forward], [made(HOME, at(10, "09:30"))]).incidents).toEqual([]);
  });
});

it("objects of an account with an incident join it, what its owner made at home stays as a twin", () => {
  const forward = event("mailbox.forwarding.set", at(20, "03:05"), {
    ip: HOSTING,
    params: { forwardsTo: "x@gmail.com" },
  });
  const kit = signIn(at(20, "03:00"), HOSTING, { agent: "axios/1.7.9", signIn: { authRequirement: "multi" } });
  const found = analyze({
    events: [...usual(), kit, forward],
    factsOf,
    asOf: at(30, "00:00"),
    inventory: [
      item("mfa-method", "Phone of a stranger", { objectId: "m-2", mailbox: ann, createdAt: at(20, "03:20") }),
      item("mfa-method", "Own phone", { objectId: "m-1", mailbox: ann, createdAt: at(5, "09:05") }),
      item("inbox-rule", "Newsletters", { mailbox: ann, detail: { moveToFolder: "News" } }),
    ],
  });
  const left = new Map(found.incidents[0]?.persistence.map((p) => [p.name, p.byAttacker]));
  expect(left.get("Phone of a stranger")).toBe(true);
  expect(left.has("Own phone")).toBe(false);
  expect(left.get("Newsletters")).toBe(false);
});

it("what an attacker set up in a colleague's mailbox belongs to his incident and raises no second one; an old one does", () => {
  const bob = { objectId: "id-bob@fabrikam.example", upn: "bob@fabrikam.example" };
  const rogue = "anпa@fabrikam.example";
  const given = event("mailbox.delegate.add", at(20, "03:05"), {
    ip: HOSTING,
    target: { kind: "mailbox", upn: bob.upn },
    params: { grantee: "anпa", AccessRights: "FullAccess" },
  });
  const kit = signIn(at(20, "03:00"), HOSTING, { agent: "axios/1.7.9", signIn: { authRequirement: "multi" } });
  const inventory = [
    item("mailbox-delegate", rogue, {
      objectId: "bob/anna",
      mailbox: bob,
      detail: { trustee: rogue, rights: "FullAccess" },
    }),
  ];
  const withMaker = judged(inventory, [...usual(bob.upn), kit, given]).incidents;
  expect(withMaker.map((i) => i.who)).toEqual([ANN]);
  expect(withMaker[0]?.left).toEqual(["anпa"]);
  const withoutMaker = judged(inventory, usual(bob.upn)).incidents;
  expect(withoutMaker).toEqual([{ who: bob.upn, kind: "leftover-persistence", left: [rogue] }]);
});
