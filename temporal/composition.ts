import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createM365Cloud } from "#activities/clients/m365/cloud.ts";
import { MICROSOFT_LIMITS } from "#activities/clients/m365/limiter.ts";
import type { DetectDeps } from "#activities/detect/run-detections.ts";
import { factsOf } from "#activities/enrich/index.ts";
import { createIncidentActivities } from "#activities/incident/index.ts";
import { createCollectActivities } from "#activities/ingest/index.ts";
import { createScanActivities } from "#activities/ingest/scan-activities.ts";
import { createRelayActivities } from "#activities/notify/index.ts";
import { createMailSender } from "#activities/notify/send-mail.ts";
import type { RemediateDeps } from "#activities/remediate/case.ts";
import { createRemediateActivities } from "#activities/remediate/index.ts";
import { createMailActivities } from "#activities/remediate/phish/index.ts";
import { createTenantActivities } from "#activities/tenant/index.ts";
import { compareBooks } from "#activities/tenant/second-book.ts";
import { createDb } from "#db/client.ts";
import { createClock } from "#db/clock.ts";
import { tellOwnDetections } from "#db/repos/own-detections.ts";
import { orgOfTenant } from "#db/repos/platform.ts";
import { PARTNER_PURPOSE, PASSWORD_PURPOSE, seal, unseal } from "#db/sealing.ts";
import { createSigner } from "#db/signing.ts";
import { analyze } from "#detections/engine.ts";
import { describeOwn, type OwnContent, ownRules } from "#detections/own/content.ts";
import type { AnalysisInput } from "#domain/incident/analysis.ts";
import type { LockCaps } from "#domain/limits.ts";
import { createBell } from "#temporal/client.ts";
import { createDataConverter, parseMasterKey } from "#temporal/codec.ts";
import type { WorkerEnv } from "#temporal/env.ts";
import { createKeyStore } from "#temporal/key-store.ts";
import type { ActivitiesByQueue } from "#temporal/workers.ts";
import { workflowIds } from "#temporal/workflow-ids.ts";

/** Name of the Postgres channel whose messages (a tenant id, or nothing for all) make the collector poll at once. */
export const POLL_CHANNEL = "petra_poll";

const LOOP_LENGTH_MS = 5 * 3_600_000;
/** The demo's cloud is on this machine: it is asked oftener than Microsoft may be. */
const PACE = {
  demo: { pollMs: 2_000, auditQueryMs: 250, reportingCalls: 200 },
  production: { pollMs: 60_000, auditQueryMs: 30_000, reportingCalls: 5 },
} as const;

/** Everything the activities are made of, from the settings and own content: the one place where rooms are joined (P18). */
export function compose(env: WorkerEnv, content: OwnContent) {
  const clock = createClock(env.PETRA_CLOCK_FILE);
  const db = createDb(env.PETRA_DB_URL_WORKER, { name: "petra-worker", max: 16 });
  const masterKey = parseMasterKey(env.PETRA_MASTER_KEY);
  const dataConverter = createDataConverter({ store: createKeyStore(db, clock), masterKey });
  const cloud = createM365Cloud({
    clientId: env.M365_CLIENT_ID,
    credential: { clientSecret: env.M365_CLIENT_SECRET },
    originMap: env.M365_ORIGIN_MAP,
    limits: {
      ...MICROSOFT_LIMITS,
      reporting: { ...MICROSOFT_LIMITS.reporting, calls: PACE[env.PETRA_MODE].reportingCalls },
    },
    clock,
  });
  const bell = createBell({
    address: env.TEMPORAL_ADDRESS,
    namespace: env.TEMPORAL_NAMESPACE,
    dataConverter,
    orgOf: (tenantId) => orgOfTenant(db, tenantId),
  });
  const mail = createMailSender({ url: env.PETRA_SMTP_URL, from: env.PETRA_MAIL_FROM });
  const publicUrl = env.PETRA_PUBLIC_URL.replace(/\/$/, "");
  const remediateDeps: RemediateDeps = {
    db,
    publicUrl,
    m365: cloud,
    clock,
    seal: (incidentId, password) => seal(masterKey, PASSWORD_PURPOSE, incidentId, new TextEncoder().encode(password)),
    lockCaps: env.PETRA_LOCK_CAPS ? lockCapsOf(env.PETRA_LOCK_CAPS) : undefined,
    isStopped: () => env.PETRA_STOP_FILE !== undefined && existsSync(env.PETRA_STOP_FILE),
    partnerSeal: {
      seal: (orgId, token) => seal(masterKey, PARTNER_PURPOSE, orgId, new TextEncoder().encode(token)),
      open: (orgId, sealed) => new TextDecoder().decode(unseal(masterKey, PARTNER_PURPOSE, orgId, sealed)),
    },
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    ...(env.PETRA_KILL_AT ? { fault: dieAt(env.PETRA_KILL_AT, env.PETRA_KILL_PID) } : {}),
  };
  const remediate = createRemediateActivities(remediateDeps);
  const detect = {
    db,
    clock,
    bell,
    analyze: (input: AnalysisInput) => analyze(input, content, tellOwnFault),
    factsOf,
    ownRules: ownRules(content),
    workflowIdOf: workflowIds.incident,
    publicUrl,
  };
  const prepareLock: DetectDeps["prepareLock"] = (of) => {
    const lock = remediate.prepareLock(of);
    return (
      lock &&
      ((at, rows) => {
        const workflowId = workflowIds.incident(at.tenantId, at.incidentId);
        return lock({ ...at, by: { kind: "response", workflowId } }, rows);
      })
    );
  };
  const pollEveryMs = env.PETRA_POLL_MS ?? PACE[env.PETRA_MODE].pollMs;
  const activities: ActivitiesByQueue = {
    containment: createIncidentActivities({ db, clock, remediate, publicUrl, workflowIdOf: workflowIds.incident }),
    monitor: {
      ...createTenantActivities({ db, clock, cloud, bell }),
      ...createCollectActivities({
        ...detect,
        ...(env.PETRA_LOCK_AT_ONCE === "on" ? { prepareLock } : {}),
        cloud,
        runWatches: () => remediate.runWatches({}),
        hastenLocks: remediate.hastenLocks,
        compareBooks: (tenant) => compareBooks({ db, clock, publicUrl, ownAppId: env.M365_CLIENT_ID }, tenant),
        pollEveryMs,
        lengthMs: LOOP_LENGTH_MS,
        inventoryEveryMs: env.PETRA_INVENTORY_MS,
        directoryEveryMs: env.PETRA_DIRECTORY_MS,
        kicks: (kick) => {
          const listening = db.raw.listen(POLL_CHANNEL, (tenantId) => kick(tenantId || undefined));
          return () => void listening.then((l) => l.unlisten()).catch(() => {});
        },
        onFault: (name, error) => console.error(`collect ${name}: ${describeFault(error)}`),
      }),
    },
    scan: createScanActivities({ ...detect, cloud, auditQueryEveryMs: PACE[env.PETRA_MODE].auditQueryMs }),
    mail: createMailActivities(remediateDeps),
    notify: createRelayActivities({
      db,
      clock,
      bell,
      mail,
      signer: createSigner(masterKey),
      auditDays: env.PETRA_AUDIT_DAYS,
      everyMs: 1_000,
      lengthMs: LOOP_LENGTH_MS,
    }),
  };
  return {
    activities,
    bell,
    dataConverter,
    /** For the page of the catalogue. */
    tellOwnDetections: () => tellOwnDetections(db, describeOwn(content), clock.now().toISOString()),
    close: async () => {
      mail.close();
      await bell.close();
      await db.close();
    },
  };
}

function lockCapsOf(text: string): LockCaps {
  const [tenantAtLeast = 0, tenantShare = 0, org = 0, installation = 0] = text.split(",").map(Number);
  return { tenantAtLeast, tenantShare, org, installation };
}

/** The planned death of a kill test, once: no goodbye, as a pulled plug. */
function dieAt(point: string, pid = process.pid) {
  let isOver = false;
  return (now: { action: string; at: string }) => {
    if (isOver || `${now.action}:${now.at}` !== point) return;
    isOver = true;
    process.kill(pid, "SIGKILL");
  };
}

/** An own detection that failed, by its id and the kind of error; its message may quote a tenant's text (S41). */
function tellOwnFault(id: string, error: unknown): void {
  console.error(`own detection ${id} failed: ${error instanceof Error ? error.name : "fault"}`);
}

/** Name and message of our own errors; for others the name alone, since their messages may quote a tenant's text (S41). */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return "fault";
  const isOurs = error.name === "M365Fault" || error.name === "ApplicationFailure";
  if (isOurs) return `${error.name}: ${error.message}`;
  const { code, routine, constraint_name, table_name } = (error.cause ?? {}) as Record<string, unknown>;
  return [error.name, code, routine, table_name, constraint_name].filter((w) => typeof w === "string").join(" ");
}
