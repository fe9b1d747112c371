import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { replayFolder } from "#cli/replay-folder.ts";
import type { AnalyzeReport } from "#domain/incident/analyze-report.schema.ts";
import type { RemediationStepId } from "#domain/remediation/steps.ts";
import type { IncidentCard, IncidentView } from "#domain/view/portal.ts";
import { hasBrowser, openPortal, type PortalBrowser, pressInPanel } from "./browser.ts";
import { publicDataset } from "./datasets.ts";
import { type House, openHouse, type Person, until } from "./house.ts";
import { stepOf } from "./truth.ts";

const folder = publicDataset("invictus_o365_dataset");
const canBrowse = folder !== undefined && hasBrowser();
const WORST_FIRST = ["critical", "high", "medium", "low"];

let house: House;
let admin: Person;
let tenantId: string;
let microsoftTenantId: string;
let analyzed: AnalyzeReport;
let listed: IncidentCard[];

/** What the truth port tells of the replayed tenant, as far as the walk leaves traces in it. */
type ReplayTruth = {
  users: {
    objectId: string;
    upn: string;
    accountEnabled: boolean;
    passwordGeneration: number;
    roles: string[];
    mailbox: { rules: { displayName: string; isEnabled: boolean }[]; permissions: { user: string }[] } | null;
  }[];
  transportRules: { name: string; enabled: boolean }[];
  grants: { clientId: string; principalId: string | null }[];
  applications: { displayName: string; isDisabled: boolean | null }[];
};
const truth = () => house.truth<ReplayTruth>(`/truth/tenants/${microsoftTenantId}`);
const accountOf = (t: ReplayTruth, upn: string) => {
  const user = t.users.find((u) => u.upn.toLowerCase() === upn.toLowerCase());
  if (!user) throw new Error(`${upn} is not in the truth`);
  return user;
};
const inBrief = (upn: string, kind: string, severity: string) => `${upn.toLowerCase()} ${kind} ${severity}`;

beforeAll(async () => {
  if (!folder) return;
  house = await openHouse();
  const out = join(house.folder, "report.json");
  const script = join(import.meta.dirname, "../cli/analyze.ts");
  execFileSync(process.execPath, [script, folder, "--json", out], { stdio: "pipe" });
  analyzed = JSON.parse(readFileSync(out, "utf8"));
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  const { tenant } = await replayFolder(folder, {
    adminUrl: house.simulator.adminUrl,
    file: join(house.folder, "replay.ndjson"),
  });
  microsoftTenantId = tenant.tenantId;
  tenantId = await house.onboard(admin, { ...tenant, domain: "", victim: null }, { responseEnabled: false });
}, 300_000);
afterAll(() => house?.close());

describe.skipIf(!folder)("real logs replayed as a tenant", () => {
  it("raise the incidents in the portal that analyze finds in the folder [R2] [R20]", async () => {
    expect(analyzed.incidents.length).toBeGreaterThan(0);
    listed = await until("as many incidents", async () => {
      const list = await house.incidents(admin, tenantId);
      return list.length >= analyzed.incidents.length && list;
    });
    const seen = listed.map((card) => inBrief(card.account.upn, card.kind, card.severity)).sort();
    expect(seen).toEqual(analyzed.incidents.map((i) => inBrief(i.account.upn, i.kind, i.severity)).sort());
    expect(listed.every((card) => !card.isPublished)).toBe(true);
  });
});

describe.skipIf(!canBrowse)("the worst of them, walked through in a browser", () => {
  const shots = mkdtempSync(join(tmpdir(), "petra-replay-screens-"));
  let portal: PortalBrowser;
  let card: IncidentCard;
  let generationBefore: number;

  const see = (): Promise<IncidentView> => house.incident(admin, card.id);
  const account = async () => accountOf(await truth(), card.account.upn);
  const press = async (name: RegExp, confirm: RegExp, reason?: string) =>
    pressInPanel(portal, name, { incident: await see(), confirm, ...(reason ? { reason } : {}) });
  const settled = async (step: RemediationStepId) => {
    let last: unknown;
    await until(`${step} is settled`, async () => {
      const { state, reason, actions } = stepOf(await see(), step);
      last = { state, reason, actions: actions.map((a) => [a.kind, a.targetLabel, a.state, a.error]) };
      return ["verified", "not-applicable", "skipped"].includes(state);
    }).catch((error: Error) => {
      throw new Error(`${error.message} ${JSON.stringify(last, null, 1)}`);
    });
  };

  beforeAll(async () => {
    const [worst] = [...listed].sort(
      (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || b.confidence - a.confidence,
    );
    if (!worst) throw new Error("Nothing was raised.");
    card = worst;
    generationBefore = (await account()).passwordGeneration;
    portal = await openPortal(house, admin);
    await portal.page.goto(`${house.base}/incidents/${card.id}`);
    await portal.panel().waitFor();
    await portal.page.screenshot({ path: join(shots, "before.png"), fullPage: true });
    console.info(`Screens: ${shots}`);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await portal?.page.screenshot({ path: join(shots, "failed.png"), fullPage: true });
    const view = await see();
    writeFileSync(join(shots, "failed.json"), JSON.stringify({ ...view, timeline: [] }, null, 1));
    writeFileSync(join(shots, "failed.log"), house.logs().worker + house.logs().api);
  });
  afterAll(() => portal?.browser.close());

  it("is published first [R81] [R82]", async () => {
    expect((await account()).accountEnabled).toBe(true);
    await press(/Publish Incident/, /Publish/);
    await until("it is published", async () => (await see()).isPublished);
  });

  it("is locked: sign-in is off, read back [R84]", async () => {
    await press(/^Revoke Sessions and Lock Account$/, /Revoke Sessions/);
    await settled("revoke-and-lock");
    expect((await account()).accountEnabled).toBe(false);
  });

  it("loses what the attacker left behind [R94]", async () => {
    if (stepOf(await see(), "retract-phish").allowed) await press(/retract/i, /Retract/);
    await settled("retract-phish");
    const acting = async () => (await see()).artifacts.filter((a) => a.byAttacker && a.state === "active");
    const before = await acting();
    expect(before.length).toBeGreaterThan(0);
    await press(/Preview and disable/, /Close .* back in/);
    const left = await until("what Petra can take away is gone", async () => {
      const { state } = stepOf(await see(), "disable-persistence");
      return state !== "waiting" && state !== "running" && (await acting());
    });
    expect(stepOf(await see(), "reset-password").allowed).toBe(left.length === 0);
    // Roles are taken away in Entra, by a person; Petra only sees that they are gone.
    expect([...new Set(left.map((a) => a.kind))]).toEqual(["role-assignment"]);
    for (const { name } of left)
      await house.admin(`/admin/tenants/${microsoftTenantId}/roles`, {
        userId: accountOf(await truth(), name).objectId,
        roles: [],
      });
    await press(/Preview and disable/, /Close .* back in/);
    await settled("disable-persistence");
    expect(await acting()).toEqual([]);
  });

  it("gets a new password that is shown once [R97] [R98]", async () => {
    await press(/^Reset Password$/, /Reset Password/);
    await settled("reset-password");
    expect((await account()).passwordGeneration).toBeGreaterThan(generationBefore);
    await portal.panel().getByRole("button", { name: "Show the new password" }).click();
    const password = await portal.panel().getByLabel("New password", { exact: true }).innerText();
    expect(password.length).toBeGreaterThanOrEqual(16);
    await portal.panel().getByRole("button", { name: "Hide now" }).click();
    await portal.page.reload();
    await portal.panel().waitFor();
    expect(await portal.page.content()).not.toContain(password);
    expect(await portal.panel().getByRole("button", { name: "Show the new password" }).count()).toBe(0);
  });

  it("is handed back and closed, and stays in the list [R68] [R100] [R101]", async () => {
    await press(/^Re-enable Account$/, /Re-enable Account/);
    await settled("reenable-account");
    expect((await account()).accountEnabled).toBe(true);
    await press(/^Mark as Remediated$/, /Mark as Remediated/, "Seen and accepted by the client.");
    await until("it is remediated", async () => (await see()).status === "remediated");
    await portal.page.reload();
    await portal.page
      .getByRole("region", { name: "Remediation Actions" })
      .getByRole("link", { name: "Show" })
      .waitFor();
    await portal.page.screenshot({ path: join(shots, "after.png"), fullPage: true });
    expect(await house.incidents(admin, tenantId)).toContainEqual(
      expect.objectContaining({ id: card.id, status: "remediated" }),
    );
    expect(portal.complaints).toEqual([]);
  });

  it("left nothing of the attacker acting in the tenant, and wrote nothing that no rule allows [S43]", async () => {
    const t = await truth();
    expect(accountOf(t, card.account.upn).mailbox?.rules.filter((r) => r.displayName === ".")).toEqual([]);
    expect(t.transportRules.filter((r) => r.name === "." && r.enabled)).toEqual([]);
    expect(t.users.flatMap((u) => u.mailbox?.permissions ?? [])).toEqual([]);
    const { violations } = await house.truth<{ violations: unknown[] }>(
      `/truth/violations?tenantId=${microsoftTenantId}`,
    );
    expect(violations).toEqual([]);
  });
});
