import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDb, type Db } from "#db/client.ts";
import { insertEvents, insertRawPage } from "#db/repos/ingest.ts";
import { actions, detectionSignals } from "#db/schema/incident.ts";
import { rawPages } from "#db/schema/ingest.ts";
import { audit } from "#db/schema/platform.ts";
import { verifySignature } from "#db/signing.ts";
import { withWorkerScope } from "#db/tenancy.ts";
import { FACTORY_NOW } from "#db/test/factories.ts";
import { normalizeRecord } from "#domain/event/normalize/index.ts";
import type { AuditLine, Line, RecordLine } from "#domain/evidence/file.ts";
import { type Known, verifyEvidence } from "#domain/evidence/verify.ts";
import { createRig, type Person, type Rig } from "./test/rig.ts";

/** Spaces, a doubled member and a long number: what parsing and writing again would lose. */
const RECORD = `{"Id":"rec-1", "CreationTime":"2026-11-20T11:00:00","Operation":"New-InboxRule","RecordType":1,"Workload":"Exchange","UserId":"kim@client.example","ClientIP":"203.0.113.9","Big":12345678901234567890.10,"ResultStatus":"True"}`;
const PAGE = `[ {"Id":"rec-0","CreationTime":"2026-11-20T10:00:00","Operation":"MailItemsAccessed","RecordType":50,"Workload":"Exchange","UserId":"someone.else@client.example"} ,\n ${RECORD} ]`;

let rig: Rig;
let worker: Db;

type Ids = { id: string; orgId: string; tenantId: string };

/** An incident with one cited record as received, one signal and a lock that was accepted. */
async function attacked(orgId: string) {
  const tenant = await rig.make.tenant(orgId);
  const incident = await rig.make.incident(await rig.make.account(tenant));
  const owner = { orgId, tenantId: tenant.id };
  await withWorkerScope(worker, owner, async (tx) => {
    const rawPageId = await insertRawPage(tx, owner, {
      source: "audit-exchange",
      hash: createHash("sha256").update(PAGE).digest("hex"),
      receivedAt: FACTORY_NOW,
      records: 2,
      body: gzipSync(PAGE),
    });
    const read = normalizeRecord(JSON.parse(RECORD), { source: "ual" });
    if (read.kind !== "event") throw new Error("The record of the test is not readable.");
    await insertEvents(
      tx,
      owner,
      tenant.key,
      [{ event: read.event, facts: {}, accountKey: null, availableAt: null, rawIndex: 1 }],
      { ingestedAt: FACTORY_NOW, rawPageId: rawPageId ?? null },
    );
    const at = FACTORY_NOW;
    await tx.insert(detectionSignals).values({
      ...owner,
      incidentId: incident.id,
      detection: "m365.inbox-rule-hides-mail",
      dedupKey: "k",
      title: "Rule hides mail",
      reason: "r",
      at,
      detectedAt: at,
      weight: 1,
      attack: [],
      recordIds: ["rec-1"],
    });
  });
  await act({ id: incident.id, ...owner });
  return { incident: { id: incident.id, ...owner }, tenant };
}

async function act({ id: incidentId, orgId, tenantId }: Ids): Promise<string> {
  return withWorkerScope(worker, { orgId, tenantId }, async (tx) => {
    const [made] = await tx
      .insert(actions)
      .values({
        orgId,
        tenantId,
        incidentId,
        stepId: "revoke-and-lock",
        kind: "disable-account",
        idempotencyKey: crypto.randomUUID(),
        targetId: "target",
        targetLabel: "Kim",
        state: "planned",
        before: { accountEnabled: true },
        actor: { kind: "response", workflowId: "w" },
        planVersion: 1,
        policyVersion: "builtin-1",
        plannedAt: FACTORY_NOW,
      })
      .returning({ id: actions.id });
    const id = made!.id;
    await tx.update(actions).set({ state: "sent", sentAt: FACTORY_NOW }).where(eq(actions.id, id));
    const after = { accountEnabled: false };
    await tx
      .update(actions)
      .set({ state: "accepted", acceptedAt: FACTORY_NOW, after, requestIds: ["req-1"] })
      .where(eq(actions.id, id));
    return id;
  });
}

const exportBy = async (who: Person, incidentId: string): Promise<string> => {
  const answer = await who.post(`/api/incidents/${incidentId}/evidence`, {});
  expect(answer.status).toBe(200);
  return answer.text();
};
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
const check = (text: string, known?: Known) => verifyEvidence(Buffer.from(text), verifySignature, known);
const faultsOf = (text: string, known?: Known): string[] => check(text, known).faults.map((fault) => fault.what);
const bodies = <T>(text: string, type: Line["type"]): T[] =>
  linesOf(text).flatMap((line) => (line.type === type ? [line.body as T] : []));

beforeAll(async () => {
  rig = await createRig();
  worker = createDb(rig.database.urls.worker, { max: 2 });
}, 120_000);
afterAll(async () => {
  await worker.close();
  await rig.close();
});

describe("the evidence of an incident, exported by a member", () => {
  let admin: Person;
  let ids: Ids;
  let file: string;
  beforeAll(async () => {
    const org = await rig.make.org();
    ids = (await attacked(org.id)).incident;
    admin = await rig.make.member(org.id, { name: "Ada Admin" }).then(rig.signIn);
    file = await exportBy(admin, ids.id);
  });

  test("holds together and is signed by the key that the API names [S48]", async () => {
    const { keyId } = (await (await rig.send("/api/evidence/key")).json()) as { keyId: string };
    expect(faultsOf(file, { keyId })).toEqual([]);
    expect(faultsOf(file, { keyId: "0123456789abcdef" }).join()).toMatch(
      /signed by the key .*, not by 0123456789abcdef/,
    );
  });

  test("holds the record letter for letter as it was received, and no other person's of the same page [S48]", async () => {
    const [record, ...others] = bodies<RecordLine>(file, "record");
    expect(others).toEqual([]);
    expect(record).toMatchObject({ recordId: "rec-1", raw: RECORD, isAsIngested: true, availableAt: null });
    expect(file).not.toContain("someone.else@client.example");
  });

  test("shows each action before, after, with its request ids, and the audit agrees [S48]", () => {
    expect(bodies(file, "action")).toMatchObject([
      {
        kind: "disable-account",
        state: "accepted",
        before: { accountEnabled: true },
        after: { accountEnabled: false },
        requestIds: ["req-1"],
      },
    ]);
    const told = bodies<AuditLine>(file, "audit").map((row) => JSON.parse(row.body) as { action: string });
    expect(told.map((row) => row.action)).toEqual(["ledger.sent", "ledger.accepted", "evidence.export"]);
  });

  test("leaves a row in the audit that names who exported what [S48]", async () => {
    const rows = await rig.make.orm.select().from(audit).where(eq(audit.incidentId, ids.id));
    const row = rows.find((r) => r.action === "evidence.export");
    expect(row?.actor).toMatchObject({ kind: "member", name: "Ada Admin" });
    expect(row?.detail.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is checked by the command, which says what and where [S48]", () => {
    const folder = mkdtempSync(join(tmpdir(), "petra-evidence-"));
    try {
      const run = (text: string, ...more: string[]) => {
        const path = join(folder, "file.jsonl");
        writeFileSync(path, text);
        const env = { PATH: process.env.PATH ?? "" };
        return spawnSync(process.execPath, ["cli/verify-evidence.ts", path, ...more], { encoding: "utf8", env });
      };
      const whole = run(file);
      expect({ status: whole.status, out: whole.stdout }).toMatchObject({ status: 0, out: /^Whole/ });
      const changed = run(file.replace("203.0.113.9", "203.0.113.8"));
      expect({ status: changed.status, out: changed.stdout }).toMatchObject({
        status: 1,
        out: /record rec-1\) was changed/,
      });
      expect(run(file, "--key", "not a key").status).toBe(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("is refused to a foreign organization like an incident that does not exist [S5]", async () => {
    const stranger = await rig.make.member((await rig.make.org()).id).then(rig.signIn);
    const answers = await Promise.all(
      [ids.id, crypto.randomUUID()].map((id) => stranger.post(`/api/incidents/${id}/evidence`, {})),
    );
    expect(answers.map((answer) => answer.status)).toEqual([404, 404]);
    expect(await answers[0]!.text()).toBe(await answers[1]!.text());
  });
});

describe("somebody who owns the database", () => {
  let admin: Person;
  let ids: Ids;
  beforeAll(async () => {
    const org = await rig.make.org();
    ids = (await attacked(org.id)).incident;
    admin = await rig.make.member(org.id).then(rig.signIn);
    await exportBy(admin, ids.id);
  });
  const run = (query: ReturnType<typeof sql>) => rig.make.orm.execute(query);
  const faults = async () => faultsOf(await exportBy(admin, ids.id)).join("; ");

  test("cannot change what an audit row says [S48]", async () => {
    await run(
      sql`update audit set detail = detail || '{"target":"Lee"}' where incident_id = ${ids.id} and action = 'ledger.sent'`,
    );
    expect(await faults()).toMatch(/position 1 of the audit was changed/);
    await run(
      sql`update audit set detail = detail || '{"target":"Kim"}' where incident_id = ${ids.id} and action = 'ledger.sent'`,
    );
    expect(await faults()).toBe("");
  });

  test("cannot change the action ledger past the audit [S48]", async () => {
    await run(sql`alter table actions disable trigger audit_action`);
    await run(sql`update actions set after = '{"accountEnabled":true}' where incident_id = ${ids.id}`);
    await run(sql`alter table actions enable trigger audit_action`);
    expect(await faults()).toMatch(/action .* is not what the audit holds/);
    await run(sql`update actions set after = '{"accountEnabled":false}' where incident_id = ${ids.id}`);
    expect(await faults()).toBe("");
  });

  test("cannot change a page as received [S48]", async () => {
    const swapped = gzipSync(PAGE.replace("203.0.113.9", "203.0.113.8"));
    await rig.make.orm.update(rawPages).set({ body: swapped }).where(eq(rawPages.tenantId, ids.tenantId));
    expect(await faults()).toMatch(/record rec-1 was not the one that had been read in/);
    await rig.make.orm
      .update(rawPages)
      .set({ body: gzipSync(PAGE) })
      .where(eq(rawPages.tenantId, ids.tenantId));
  });

  test("cannot take a row out, not even the first one of the incident [S48]", async () => {
    const removed = sql`incident_id = ${ids.id} and action = 'ledger.sent'`;
    await run(sql`create table kept as select * from audit where ${removed}`);
    await run(sql`delete from audit where ${removed}`);
    expect(await faults()).toBe("the row at position 1 of the audit was taken out of the database");
    await run(sql`alter table audit disable trigger append_audit`);
    await run(sql`insert into audit overriding system value select * from kept`);
    await run(sql`alter table audit enable trigger append_audit`);
    expect(await faults()).toBe("");
  });

  test("cannot rebuild the chain past a head that was signed, and kept elsewhere [S48]", async () => {
    const [head] = (await (await admin.get("/api/evidence/heads")).json()) as { position: number; hash: string }[];
    const known = { head: { position: head!.position, hash: head!.hash } };
    expect(faultsOf(await exportBy(admin, ids.id), known)).toEqual([]);
    await run(sql`update audit set detail = '{}' where incident_id = ${ids.id} and action = 'ledger.accepted'`);
    await run(sql`delete from audit_chain where org_id = ${ids.orgId}`);
    await run(sql`insert into audit_pending select org_id, seq from audit where org_id = ${ids.orgId}`);
    const rebuilt = await exportBy(admin, ids.id);
    expect(faultsOf(rebuilt).join()).toMatch(/the audit was rebuilt: the head signed at position/);
    await run(sql`delete from audit_checkpoints where org_id = ${ids.orgId}`);
    expect(faultsOf(await exportBy(admin, ids.id), known).join()).toMatch(/position \d+ is not the head you hold/);
  });
});

describe("a client's guest", () => {
  test("exports what he may see: no names of the MSP's people, nothing unpublished, nothing sensitive [S5] [S6]", async () => {
    const org = await rig.make.org();
    const { incident, tenant } = await attacked(org.id);
    const admin = await rig.make.member(org.id, { name: "Secret Person" }).then(rig.signIn);
    const command = {
      commandId: crypto.randomUUID(),
      planVersion: 1,
      input: { kind: "run-step", step: "revoke-and-lock" },
    };
    expect((await admin.post(`/api/incidents/${incident.id}/commands`, command)).status).toBe(202);
    await exportBy(admin, incident.id);
    const member = { role: "external-guest" as const, tenantIds: [tenant.id] };
    const guest = await rig.make.member(org.id, member).then(rig.signIn);
    const file = await exportBy(guest, incident.id);
    expect(faultsOf(file)).toEqual([]);
    expect(file).not.toContain("Secret Person");
    expect(bodies<AuditLine>(file, "audit").length).toBeGreaterThan(4);
    const hidden = await rig.make.incident(await rig.make.account(tenant), { publishedAt: null });
    expect((await guest.post(`/api/incidents/${hidden.id}/evidence`, {})).status).toBe(404);
    const sensitive = await rig.make.tenant(org.id, { isSensitive: true });
    const closed = await rig.make.incident(await rig.make.account(sensitive));
    const plain = await rig.make.member(org.id, { role: "full-member" }).then(rig.signIn);
    expect((await plain.post(`/api/incidents/${closed.id}/evidence`, {})).status).toBe(404);
  });
});

test("an analyst's export of a client's evidence is seen in the audit as a look and as an export [S7]", async () => {
  const { incident } = await attacked((await rig.make.org()).id);
  const analyst = await rig.make.member(null, { name: "Ann Analyst" }).then(rig.signIn);
  expect(faultsOf(await exportBy(analyst, incident.id))).toEqual([]);
  const rows = await rig.make.orm.select().from(audit).where(eq(audit.incidentId, incident.id));
  const by = rows.filter((row) => row.actor.kind === "analyst").map((row) => row.action);
  expect(by).toEqual(["analyst.look", "evidence.export"]);
});
