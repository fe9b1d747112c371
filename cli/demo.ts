import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Context, databaseUrl, portalUrl, simulatorAdminUrl } from "./processes.ts";
import { type CloudTenant, replayFolder } from "./replay-folder.ts";
import type { DemoPerson } from "./secrets.ts";
import { openDemoDatabase } from "./servers/demo-people.ts";

/** Somebody who can sign in to the demo. */
export type SignIn = { who: string; email: string; password: string };

type Options = { context: Context; replay: string | undefined; say: (line: string) => void };

const PEOPLE = {
  admin: { who: "MSP admin", name: "Avery Stone", email: "admin@harborline.example", role: "admin" },
  guest: { who: "Guest of a client", name: "Robin Clarke", email: "guest@client.example", role: "external-guest" },
  analyst: { who: "SOC analyst", name: "Sam Okafor", email: "analyst@petra.example", role: "analyst" },
} as const satisfies Record<DemoPerson, { who: string; name: string; email: string; role: string }>;

// Stories of the simulated cloud and how their tenants are onboarded; innocent twins stand beside the attacks.
const TENANTS = [
  { story: "aitm-mail-rule", seed: 11, responseEnabled: true, isScanOnly: false },
  { story: "spray-forward-connector", seed: 12, responseEnabled: false, isScanOnly: false },
  { story: "forgotten-persistence", seed: 13, responseEnabled: false, isScanOnly: true },
  { story: "aitm-mail-rule-twin", seed: 14, responseEnabled: true, isScanOnly: false },
  { story: "device-code-phish", seed: 15, responseEnabled: false, isScanOnly: false },
] as const;

/** The people of the demo, with the passwords made at the first start. */
export const signIns = ({ secrets }: Pick<Context, "secrets">): SignIn[] =>
  (Object.keys(PEOPLE) as DemoPerson[]).map((person) => ({
    who: PEOPLE[person].who,
    email: PEOPLE[person].email,
    password: secrets.demoPasswords[person],
  }));

/**
 * Fills an empty demo: organization, people, tenants of the simulated cloud, all onboarded through the API as a person would.
 * Done once for each data folder; a folder to replay becomes one more tenant, once for each folder.
 */
export async function seedDemo({ context, replay, say }: Options): Promise<void> {
  const file = join(context.dataDir, "demo.json");
  const done = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
  const remember = (what: string) => {
    done.push(what);
    writeFileSync(file, JSON.stringify(done));
  };
  const url = new URL(context.superuserUrl);
  url.pathname = "/petra";
  const database = await openDemoDatabase({
    superuserUrl: url.href,
    authUrl: databaseUrl(context, "auth"),
    publicUrl: portalUrl(context),
    sessionSecret: context.secrets.sessionSecret,
  });
  try {
    const organizationId = await database.organization("Harborline IT", PEOPLE.admin.email);
    const ids = new Map<DemoPerson, string>();
    for (const person of Object.keys(PEOPLE) as DemoPerson[])
      ids.set(
        person,
        await database.member({
          ...PEOPLE[person],
          password: context.secrets.demoPasswords[person],
          organizationId: person === "analyst" ? null : organizationId,
          mayRemediate: person !== "guest",
        }),
      );
    let session: Promise<string> | undefined;
    const cookie = () => {
      session ??= signIn(context, PEOPLE.admin.email, context.secrets.demoPasswords.admin);
      return session;
    };
    for (const { story, seed, ...choice } of TENANTS.filter(({ story }) => !done.includes(story))) {
      const tenant = await askAdmin<CloudTenant>(context, "/admin/tenants", { story, seed, phase: "full" });
      const tenantId = await onboard(context, await cookie(), tenant, choice);
      if (story === TENANTS[0].story) await database.showTenantTo(organizationId, ids.get("guest")!, tenantId);
      remember(story);
      say(`Demo: ${tenant.displayName} is onboarded.`);
    }
    if (replay !== undefined && !done.includes(replay)) {
      say(`Replay: reading ${replay} ...`);
      const loaded = await replayFolder(replay, {
        adminUrl: simulatorAdminUrl(context),
        file: join(context.dataDir, "simulator", "replay.ndjson"),
      });
      await onboard(context, await cookie(), loaded.tenant, { responseEnabled: false, isScanOnly: false });
      remember(replay);
      say(`Replay: ${loaded.records} records stand in the tenant ${loaded.tenant.displayName}.`);
    }
  } finally {
    await database.close();
  }
}

async function askAdmin<Answer>(context: Context, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${simulatorAdminUrl(context)}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The simulated cloud refused ${path}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

const fromBrowser = (context: Context) => ({
  origin: portalUrl(context),
  "sec-fetch-site": "same-origin",
  "content-type": "application/json",
});

async function signIn(context: Context, email: string, password: string): Promise<string> {
  const response = await fetch(`${portalUrl(context)}/api/auth/sign-in/email`, {
    method: "POST",
    headers: fromBrowser(context),
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`The demo's admin could not sign in (${response.status}).`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** Add Tenant, then the Global Administrator's consent in the simulated cloud and the way back from it. */
async function onboard(
  context: Context,
  cookie: string,
  tenant: CloudTenant,
  choice: { responseEnabled: boolean; isScanOnly: boolean },
): Promise<string> {
  const response = await fetch(`${portalUrl(context)}/api/tenants`, {
    method: "POST",
    headers: { ...fromBrowser(context), cookie },
    body: JSON.stringify({ name: tenant.displayName, ...choice }),
  });
  if (!response.ok) throw new Error(`${tenant.displayName} could not be added: ${await response.text()}`);
  const made = (await response.json()) as { tenantId: string; consentUrl: string };
  await askAdmin(context, `/admin/tenants/${tenant.tenantId}/consent`, {});
  const state = new URL(made.consentUrl).searchParams.get("state") ?? "";
  const back = new URLSearchParams({ admin_consent: "True", tenant: tenant.tenantId, state });
  await fetch(`${portalUrl(context)}/api/consent/callback?${back}`, { redirect: "manual" });
  return made.tenantId;
}
