import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditLine, Line, RecordLine } from "#domain/evidence/file.ts";
import type { LatencyLedger, LatencyReport } from "#domain/evidence/latency.ts";
import { type CloudTenant, type House, openHouse, type Person, until } from "./house.ts";
import { stepOf, type Truth } from "./truth.ts";

let house: House;
let admin: Person;
let cloud: CloudTenant;
let tenantId: string;
let incidentId: string;
let file = "";

const lines = (): Line[] =>
  file
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
const bodies = <T>(type: Line["type"]): T[] => lines().flatMap((line) => (line.type === type ? [line.body as T] : []));
/** The file as it comes, not read as JSON. */
async function take(as: Person): Promise<{ status: number; body: string }> {
  const response = await fetch(`${house.base}/api/incidents/${incidentId}/evidence`, {
    method: "POST",
    headers: { cookie: as.cookie, origin: house.base, "sec-fetch-site": "same-origin" },
  });
  return { status: response.status, body: await response.text() };
}

/** The command as an auditor runs it: this folder, no database, no settings. */
function verify(text: string, ...more: string[]) {
  const path = join(house.folder, "evidence.jsonl");
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../cli/verify-evidence.ts"), path, ...more],
    { encoding: "utf8", env: { PATH: process.env.PATH ?? "" } },
  );
  return { status, said: stdout + stderr };
}

beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
  const org = await house.factories.org({ name: "Northgate IT" });
  await house.factories.notificationMethod(org.id, { address: "oncall@northgate.example" });
  admin = await house.person(org.id, { role: "admin" });
  cloud = await house.cloudTenant("aitm-mail-rule", 23);
  tenantId = await house.onboard(admin, cloud, { responseEnabled: true });
  await house.attack(cloud.tenantId);
  incidentId = await until("a contained incident", async () => {
    const [card] = await house.incidents(admin, tenantId);
    if (!card) return undefined;
    const steps = await house.incident(admin, card.id);
    const isDone = stepOf(steps, "revoke-and-lock").state === "verified";
    const isClean = ["verified", "not-applicable", "partly"].includes(stepOf(steps, "disable-persistence").state);
    return isDone && isClean && card.id;
  });
}, 240_000);
afterAll(() => house?.close());

describe("an attack was contained, and somebody who was not there wants to check it", () => {
  it("a member exports the evidence, and the command finds it whole without database or network [S48]", async () => {
    const reset = await house.order(admin, incidentId, { kind: "run-step", step: "reset-password" });
    expect(reset.command).toMatchObject({ state: "done" });
    const answer = await take(admin);
    expect(answer.status).toBe(200);
    file = answer.body;
    const key = await house.ask<{ keyId: string }>("/api/evidence/key", { as: admin });
    const { status, said } = verify(file, "--key", key.body.keyId);
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringMatching(/^Whole/) });
  });

  it("it holds the records as Microsoft sent them, each with the hash of its arrival [S48]", () => {
    const records = bodies<RecordLine>("record");
    expect(records.length).toBeGreaterThan(3);
    for (const record of records) expect(record).toMatchObject({ raw: expect.any(String), isAsIngested: true });
    const cited = new Set(bodies<{ recordIds: string[] }>("signal").flatMap((signal) => signal.recordIds));
    expect([...cited].filter((id) => !records.some((record) => record.recordId === id))).toEqual([]);
  });

  it("it says for each write what was there before, after, who asked, why, and Microsoft's request ids, as the truth has it [S43] [S48]", async () => {
    const { effects } = await house.truth<{ effects: { requestId?: string }[] }>(
      `/truth/effects?tenantId=${cloud.tenantId}`,
    );
    type Action = { kind: string; state: string; requestIds: string[]; policyVersion: string; before: unknown };
    const written = bodies<Action>("action").filter((action) => action.requestIds.length > 0);
    expect(written.length).toBeGreaterThan(2);
    for (const action of written) expect(action).toMatchObject({ policyVersion: expect.stringMatching(/./) });
    expect(effects.length).toBeGreaterThanOrEqual(2);
    const lock = bodies<Action & { after: Record<string, unknown> }>("action").find(
      (a) => a.kind === "disable-account",
    );
    expect(lock).toMatchObject({ before: { accountEnabled: true } });
    const rows = bodies<AuditLine>("audit");
    expect(rows.every((row) => row.actor !== undefined)).toBe(true);
    const user = (await house.truth<Truth>(`/truth/tenants/${cloud.tenantId}`)).users.find(
      (u) => u.objectId === cloud.victim?.objectId,
    );
    expect(user?.accountEnabled).toBe(false);
  });

  it("one digit changed, one line taken out, two swapped, the end cut: each is told with its place [S48]", () => {
    const rows = file.trimEnd().split("\n");
    const at = rows.findIndex((row) => row.includes('"type":"record"'));
    const changed = rows.with(
      at,
      rows[at]!.replace(/\d(?=[^\d]*$)/, (digit) => String((Number(digit) + 1) % 10)),
    );
    const tries = {
      changed: changed.join("\n"),
      removed: rows.toSpliced(at, 1).join("\n"),
      swapped: rows
        .with(at, rows[at + 1]!)
        .with(at + 1, rows[at]!)
        .join("\n"),
      cut: rows.slice(0, -3).join("\n"),
    };
    const said = Object.entries(tries).map(([name, text]) => [name, verify(`${text}\n`)] as const);
    expect(said.map(([name, { status }]) => [name, status])).toEqual(said.map(([name]) => [name, 1]));
    const told = Object.fromEntries(said.map(([name, answer]) => [name, answer.said]));
    expect(told.changed).toMatch(new RegExp(`line ${at + 1} .*was.*changed`));
    expect(told.removed).toMatch(new RegExp(`line ${at + 1} was removed`));
    expect(told.swapped).toMatch(/belongs at line/);
    expect(told.cut).toMatch(/was cut/);
  });

  it("the mail about the incident names a head of the audit: an audit rebuilt afterwards is told by it [S48]", async () => {
    const mail = await until("the mail", async () => house.mail.messages.find((m) => m.text?.includes("Audit head")));
    const [, position, hash] = /Audit head: (\d+):([0-9a-f]{64})/.exec(mail.text ?? "") ?? [];
    expect(Number(position)).toBeGreaterThan(0);
    const [kept] = await house.sql`select c.hash from audit_chain c
      join incidents i on i.org_id = c.org_id where i.id = ${incidentId} and c.position = ${Number(position)}`;
    expect(kept?.hash).toBe(hash);
    expect(verify(file, "--head", `${position}:${hash}`)).toMatchObject({ status: 0 });
    const links = bodies<AuditLine>("audit");
    const other = `${links[0]!.position}:${"0".repeat(64)}`;
    expect(verify(file, "--head", other)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/not the head you hold/),
    });
  });

  it("a member of another organization gets the answer for what does not exist [S5]", async () => {
    const stranger = await house.person((await house.factories.org({ name: "Elsewhere" })).id, { role: "admin" });
    expect((await take(stranger)).status).toBe(404);
    const figures = await house.ask<LatencyReport>("/api/latency", { as: stranger });
    expect(figures.body.all.incidents).toBe(0);
  });

  it("a generated password stands neither in the audit nor in the file: the same search finds a planted word [S40] [S48]", async () => {
    const secret = await until(
      "the sealed password",
      async () => (await house.incident(admin, incidentId)).password ?? undefined,
    );
    const { body } = await house.ask<{ password: string }>(`/api/incidents/${incidentId}/password/reveal`, {
      as: admin,
      method: "POST",
      body: { secretId: secret.secretId },
    });
    const again = (await take(admin)).body;
    const audit = JSON.stringify(await house.sql`select to_jsonb(a) from audit a`);
    const finds = (word: string) => [again.includes(word), audit.includes(word)];
    expect(body.password.length).toBeGreaterThanOrEqual(16);
    expect(finds(body.password)).toEqual([false, false]);
    const canary = `canary-${crypto.randomUUID()}`;
    await house.order(admin, incidentId, { kind: "attest-password", reason: canary }).catch(() => undefined);
    const later = (await take(admin)).body;
    expect(later).toContain(canary);
    expect(verify(later).status).toBe(0);
  });

  it("the latency ledger parts Microsoft's time from ours, leg by leg, and the percentiles count it", async () => {
    const { body } = await house.ask<LatencyLedger>(`/api/incidents/${incidentId}/latency`, { as: admin });
    for (const leg of body.legs) {
      const seconds = leg.from && leg.to ? (Date.parse(leg.to) - Date.parse(leg.from)) / 1000 : null;
      expect({ leg: leg.id, seconds: leg.seconds }).toEqual({ leg: leg.id, seconds });
    }
    expect(body.total).toBeGreaterThan(0);
    const report = await house.ask<LatencyReport>(`/api/latency?tenantId=${tenantId}`, { as: admin });
    expect(report.body.all.incidents).toBe(1);
    expect(report.body.all.lines.detected.p50).toBe(body.legs.find((leg) => leg.id === "detected")?.seconds);
    expect(report.body.tenants.map((entry) => entry.tenant.id)).toEqual([tenantId]);
  });
});
