import type { CommandInput } from "#domain/command/command.ts";
import type { CommandView, HomeView, IncidentCard, TenantRow } from "#domain/view/portal.ts";
import { campaignLines, campaignView, decideMock, PHISH, previewMock, waitingPhish } from "./campaign.ts";
import { catalog, failedAttacks, impact, uncommonEntry, uncommonPage } from "./detection.ts";
import { CUSTOMERS, eventPage, exchangePage, QUEUE, scanOf } from "./events.ts";
import { INCIDENTS, incidentById } from "./incidents.ts";
import { latencyMock } from "./latency.ts";
import { DAN, VIEWERS } from "./people.ts";
import { policyFor } from "./policy.ts";
import { protectedMock } from "./protected.ts";
import { resetSecurity, securityMock, stepUpMock } from "./security.ts";
import { TENANTS, tenantById } from "./tenants.ts";

/** Every order the mock received, for tests. */
export const received: { path: string; body: Record<string, unknown> }[] = [];

const pristine = structuredClone({ incidents: INCIDENTS, tenants: TENANTS });

/** Forgets all orders and what they changed. */
export function resetMock(): void {
  received.length = 0;
  resetSecurity();
  INCIDENTS.forEach((incident, index) => void Object.assign(incident, structuredClone(pristine.incidents[index])));
  TENANTS.forEach((tenant, index) => void Object.assign(tenant, structuredClone(pristine.tenants[index])));
}

const problem = (status: number, detail: string): Response =>
  Response.json({ title: detail, detail, status }, { status, headers: { "content-type": "application/problem+json" } });
const cookieOf = (request: Request, name: string): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.get("cookie") ?? "")?.[1];

function home(tenants: TenantRow[], sees: (i: IncidentCard) => boolean): HomeView {
  const active = INCIDENTS.filter((i) => i.status === "open" && sees(i));
  if (active.length === 0) {
    return {
      sentence: "Nobody is under attack, as far as Petra can see.",
      second: `${tenants.length} tenants are watched.`,
      badge30d: 1,
      active,
      tenants,
    };
  }
  return {
    sentence: `${active.length} accounts need a person. Eleanor Whitcombe comes first.`,
    second:
      "13 tenants, 2,401 users. Not watched: Thornbury Care Homes (access lost), Seabrook Veterinary (audit logs off), Lindqvist Marine (paused).",
    badge30d: INCIDENTS.length,
    active,
    tenants,
  };
}

function command(path: string, body: Record<string, unknown>): Response {
  received.push({ path, body });
  const input = body.input as CommandInput;
  if (input.kind === "dismiss")
    return problem(409, "A remediated incident stays as the record and cannot be dismissed.");
  const tenant = /tenants\/([^/]+)\/commands/.exec(path)?.[1];
  if (tenant && input.kind === "set-response") {
    const row = tenantById(tenant);
    if (row) row.responseEnabled = input.enabled;
  }
  const view: CommandView = {
    id: String(body.commandId),
    kind: input.kind,
    state: "sent",
    reason: null,
    actor: DAN,
    issuedAt: new Date().toISOString(),
    acceptedAt: null,
    finishedAt: null,
    result: null,
    step: "step" in input ? input.step : null,
  };
  const incident = incidentById(/incidents\/([^/]+)\/commands/.exec(path)?.[1] ?? "");
  incident?.commands.push(view);
  if (incident && input.kind === "publish") incident.isPublished = true;
  return Response.json(view, { status: 202 });
}

function stream(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(": hello\n\n"));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

type Route = [RegExp, (match: RegExpExecArray, request: Request, body: Record<string, unknown>) => Response];
const ROUTES: Route[] = [
  [/^GET \/api\/(?:incidents\/[^/]+\/)?stream$/, () => stream()],
  [/^GET \/api\/tenants$/, () => Response.json(TENANTS)],
  [
    /^POST \/api\/tenants$/,
    () =>
      Response.json(
        {
          tenantId: "t-fenwick",
          shortId: "fen",
          consentUrl: "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=petra",
          approvalLink: "https://petra.example/approve/9f2c41ab",
        },
        { status: 201 },
      ),
  ],
  [/^GET \/api\/tenants\/([^/]+)$/, (m) => found(tenantById(m[1] ?? ""))],
  [
    /^GET \/api\/tenants\/([^/]+)\/scan$/,
    (m) => {
      const t = tenantById(m[1] ?? "");
      return t ? Response.json(scanOf({ id: t.id, name: t.name })) : problem(404, "No such tenant");
    },
  ],
  [
    /^GET \/api\/(?:tenants|incidents)\/[^/]+\/events/,
    (_m, request) => {
      const query = new URL(request.url).searchParams;
      const page = eventPage(query.get("category") ?? "all");
      const [records, verdict] = [query.getAll("record"), query.get("verdict")];
      const rows = page.rows.filter(
        (row) => (records.length === 0 || records.includes(row.recordId)) && (!verdict || row.verdict === verdict),
      );
      return Response.json({ ...page, rows });
    },
  ],
  [/^GET \/api\/incidents\/[^/]+\/impact$/, () => Response.json(impact())],
  [
    /^GET \/api\/detections$/,
    (_m, request) => {
      const row = tenantById(new URL(request.url).searchParams.get("tenantId") ?? "");
      return Response.json(catalog(row ? { id: row.id, name: row.name } : null));
    },
  ],
  [
    /^GET \/api\/tenants\/[^/]+\/uncommon$/,
    (_m, request) => Response.json(uncommonPage(new URL(request.url).searchParams.get("type"))),
  ],
  [/^GET \/api\/uncommon\/([^/]+)$/, (m) => found(uncommonEntry(m[1] ?? ""))],
  [
    /^GET \/api\/tenants\/([^/]+)\/failed-attacks$/,
    (m, request) => {
      const row = tenantById(m[1] ?? "");
      const kind = new URL(request.url).searchParams.get("kind");
      return row ? Response.json(failedAttacks({ id: row.id, name: row.name }, kind)) : problem(404, "No such tenant");
    },
  ],
  [/^GET \/api\/incidents\/[^/]+\/exchange/, () => Response.json(exchangePage())],
  [
    /^GET \/api\/incidents$/,
    (_m, request) => {
      const tenant = new URL(request.url).searchParams.get("tenantId");
      return Response.json(INCIDENTS.filter((i) => !tenant || i.tenant.id === tenant));
    },
  ],
  [/^GET \/api\/incidents\/([^/]+)$/, (m) => found(incidentById(m[1] ?? ""))],
  [/^POST (\/api\/(?:tenants|incidents)\/[^/]+\/commands)$/, (m, _r, body) => command(m[1] ?? "", body)],
  [/^POST \/api\/incidents\/[^/]+\/password\/reveal$/, () => Response.json({ password: "harbour-quiet-71-Lantern" })],
  [/^POST \/api\/commands\/[^/]+\/withdraw$/, () => Response.json({ state: "withdrawn" })],
  [
    /^GET \/api\/settings\/notifications$/,
    () =>
      Response.json([
        { id: "n-1", tenantId: null, kind: "email", address: "oncall@northgate.example", isEnabled: true },
      ]),
  ],
  [/^GET \/api\/second-words$/, () => Response.json([])],
  [/^GET \/api\/queue$/, () => Response.json(QUEUE)],
  [/^GET \/api\/partner\/customers$/, () => Response.json(CUSTOMERS)],
  [
    /^POST \/api\/auth\/magic-link\/verify$/,
    (_m, _r, body) =>
      body.token === "spent"
        ? problem(401, "used")
        : Response.json({ ok: true }, { headers: { "set-cookie": "mock_viewer=dan; Path=/" } }),
  ],
  [/^POST \/api\/auth\/sign-in\/magic-link$/, () => Response.json({ status: true })],
  [
    /^POST \/api\/auth\/sign-in\/email$/,
    (_m, _r, body) =>
      body.password === "wrong"
        ? problem(401, "no")
        : Response.json({ ok: true }, { headers: { "set-cookie": "mock_viewer=dan; Path=/" } }),
  ],
];
/** Campaigns, and phish over tenants; a guest of one tenant meets neither. */
function attackerMock(key: string, who: string, request: Request, body: Record<string, unknown>): Response | undefined {
  const query = new URL(request.url).searchParams;
  const isGuest = who === "guest";
  if (key === "GET /api/campaigns") return Response.json(isGuest ? [] : campaignLines(query.get("incidentId")));
  const campaign = /^(GET|POST) \/api\/campaigns\/([^/]+)(\/orders)?$/.exec(key);
  if (campaign?.[3]) return Response.json(decideMock(body), { status: 202 });
  if (campaign) return found(isGuest ? undefined : campaignView(campaign[2] ?? ""));
  // Whoever is not Dan sees Dan's order waiting for a second person.
  const phish = who === "dan" ? PHISH : waitingPhish(false);
  if (key === "GET /api/phish") {
    const mail = incidentById(query.get("incidentId") ?? "")?.phish[0];
    return Response.json(mail ? [{ ...phish, internetMessageId: mail.internetMessageId }] : isGuest ? [] : [phish]);
  }
  if (/^POST \/api\/phish\/[^/]+\/preview$/.test(key)) return Response.json(previewMock(body));
  if (/^(GET|POST) \/api\/phish(\/|$)/.test(key)) return Response.json(phish);
  return undefined;
}

const found = (row: unknown): Response => (row ? Response.json(row) : problem(404, "Not found"));

/**
 * The API on invented data. Who looks is chosen by the cookie `mock_viewer` (dan, guest, noor, none); `mock_state`
 * empties it (empty) or breaks it (down).
 */
export async function mockApi(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const state = cookieOf(request, "mock_state");
  if (state === "down") return problem(503, "down");
  const body = request.method === "POST" ? ((await request.json().catch(() => ({}))) as Record<string, unknown>) : {};
  const key = `${request.method} ${pathname}`;
  const who = cookieOf(request, "mock_viewer") ?? "dan";
  if (!pathname.startsWith("/api/auth/") && who === "none") return problem(401, "Sign in");
  const viewer = VIEWERS[who] ?? VIEWERS.dan;
  if (key === "GET /api/me") return Response.json(viewer);
  const guest = who === "guest";
  if (key === "GET /api/home") {
    if (state === "empty")
      return Response.json({
        sentence: "No tenant is watched yet.",
        second: null,
        badge30d: 0,
        active: [],
        tenants: [],
      });
    const tenants = guest ? TENANTS.slice(0, 1) : TENANTS;
    return Response.json(home(tenants, (i) => !guest || (i.isPublished && i.tenant.id === "t-harlow")));
  }
  if (guest && key === "GET /api/partner/customers")
    return problem(403, "Only members who manage tenants see the Partner Center.");
  if (/^(GET|POST) \/api\/policy/.test(key)) {
    if (request.method === "POST") received.push({ path: pathname, body });
    return found(viewer && policyFor(viewer, new URL(request.url).searchParams.get("tenantId")));
  }
  if (/^POST \/api\/queue\/[^/]+\/claim$/.test(key)) {
    received.push({ path: pathname, body });
    return Response.json({ claim: null });
  }
  const guarded = protectedMock(key, viewer);
  if (guarded) {
    if (request.method === "POST") received.push({ path: pathname, body });
    return Response.json(guarded);
  }
  const security = securityMock(key, who, body);
  if (security) return security;
  const asked = /commands$|reveal$|notifications$/.test(key) && request.method === "POST" ? stepUpMock(who) : undefined;
  if (asked) {
    received.push({ path: pathname, body });
    return asked;
  }
  const attack = attackerMock(key, who, request, body);
  if (attack) {
    if (request.method === "POST") received.push({ path: pathname, body });
    return attack;
  }
  const proof = latencyMock(key, new URL(request.url).searchParams);
  if (proof) return proof;
  for (const [pattern, answer] of ROUTES) {
    const match = pattern.exec(key);
    if (match) return answer(match, request, body);
  }
  return problem(404, `The mock knows no ${key}`);
}
