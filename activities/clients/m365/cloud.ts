import type { Clock } from "#domain/clock.ts";
import { appDoor } from "./apps.ts";
import { authMethodDoor } from "./auth-methods.ts";
import { blockGroupDoor } from "./block-group.ts";
import type { PartnerSignIn } from "./delegated-tokens.ts";
import { createDelegatedTokens, ownerOf, redeem } from "./delegated-tokens.ts";
import { deviceDoor } from "./devices.ts";
import { createExchange } from "./exchange.ts";
import { activityFeedDoor } from "./feed.ts";
import { createGraph } from "./graph.ts";
import { inboxRuleDoor } from "./inbox-rules.ts";
import { inventoryDoor } from "./inventory.ts";
import type { LimiterConfig } from "./limiter.ts";
import { createLimiter, MICROSOFT_LIMITS } from "./limiter.ts";
import { logDoor } from "./logs.ts";
import type { M365Cloud, M365Tenant } from "./m365.ts";
import { mailboxSettingsDoor } from "./mailbox-settings.ts";
import { messageDoor } from "./messages.ts";
import { organizationDoor } from "./organization.ts";
import { listPartnerCustomers } from "./partner.ts";
import { roleDoor } from "./roles.ts";
import type { Credential } from "./tokens.ts";
import { createTokenSource, LOGIN_ORIGIN, RESOURCES } from "./tokens.ts";
import { userDoor } from "./users.ts";
import { createWire } from "./wire.ts";
import { writebackDoor } from "./writeback.ts";

export type M365Config = {
  clientId: string;
  credential: Credential;
  /** Real origin → local origin with path, e.g. {"https://graph.microsoft.com": "https://127.0.0.1:4000/graph.microsoft.com"}; {} for Microsoft. */
  originMap: Record<string, string>;
  /** Default: Microsoft's documented limits. */
  limits?: LimiterConfig;
  /** One HTTP exchange, ms; default 30 000. */
  timeoutMs?: number;
  /** Our own tenant, named to the Management Activity API; default: the client id. */
  publisherId?: string;
  clock: Clock;
};

const NOBODY: PartnerSignIn = { use: async () => undefined };

/** Microsoft 365 through MSAL and the Graph client. Nothing here retries; see M365Fault and WriteOutcome for what callers get. */
export function createM365Cloud(config: M365Config): M365Cloud {
  const wire = createWire({
    originMap: config.originMap,
    allowedOrigins: Object.values(RESOURCES),
    timeoutMs: config.timeoutMs ?? 30_000,
    clock: config.clock,
  });
  const tokens = createTokenSource({
    clientId: config.clientId,
    credential: config.credential,
    loginOrigin: config.originMap[LOGIN_ORIGIN],
  });
  const limiter = createLimiter(config.limits ?? MICROSOFT_LIMITS);
  const tenants = new Map<string, M365Tenant>();

  const loginWire = createWire({
    originMap: config.originMap,
    allowedOrigins: [LOGIN_ORIGIN],
    timeoutMs: config.timeoutMs ?? 30_000,
    clock: config.clock,
  });
  const { clientId, credential } = config;
  const doorOf = (tenantId: string, signIn: PartnerSignIn) => {
    const delegated = createDelegatedTokens({ wire: loginWire, clientId, credential, signIn });
    return writebackDoor(createGraph({ tenantId, wire, tokens: delegated, limiter }));
  };

  const createTenant = (tenantId: string): M365Tenant => {
    const graph = createGraph({ tenantId, wire, tokens, limiter });
    const exchange = createExchange({ tenantId, wire, tokens });
    const users = userDoor(graph);
    const publisherId = config.publisherId ?? config.clientId;
    return {
      microsoftTenantId: tenantId,
      ...users,
      ...doorOf(tenantId, NOBODY),
      ...organizationDoor(graph, exchange),
      ...logDoor(graph),
      ...activityFeedDoor({ tenantId, publisherId, wire, tokens }),
      ...messageDoor(graph),
      ...inboxRuleDoor(graph, exchange),
      ...mailboxSettingsDoor(exchange),
      ...appDoor(graph),
      ...deviceDoor(graph),
      ...authMethodDoor(graph),
      ...roleDoor(graph),
      ...blockGroupDoor(graph),
      ...inventoryDoor({ graph, exchange, ownClientId: config.clientId, ...users }),
    };
  };

  return {
    tenant(microsoftTenantId, signIn) {
      const known = tenants.get(microsoftTenantId) ?? createTenant(microsoftTenantId);
      tenants.set(microsoftTenantId, known);
      return signIn ? { ...known, ...doorOf(microsoftTenantId, signIn) } : known;
    },
    forgetTokens: (microsoftTenantId) => tokens.forget(microsoftTenantId),
    adminConsentUrl({ tenant, state, redirectUri }) {
      const url = new URL(`${LOGIN_ORIGIN}/${encodeURIComponent(tenant)}/v2.0/adminconsent`);
      url.searchParams.set("client_id", config.clientId);
      url.searchParams.set("scope", `${RESOURCES.graph}/.default`);
      url.searchParams.set("redirect_uri", redirectUri);
      url.searchParams.set("state", state);
      // A browser goes there, so the map applies to this link as well.
      const mapped = config.originMap[LOGIN_ORIGIN];
      return mapped ? `${mapped}${url.pathname}${url.search}` : url.href;
    },
    async redeemPartnerSignIn({ code, redirectUri }) {
      const fields = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
      const at = { wire: loginWire, clientId, credential, tenantId: "organizations", resource: "graph" } as const;
      const { accessToken, refreshToken } = await redeem({ ...at, fields });
      return { refreshToken, ...ownerOf(accessToken) };
    },
    listPartnerCustomers: (partnerTenantId) =>
      listPartnerCustomers(createGraph({ tenantId: partnerTenantId, wire, tokens, limiter })),
  };
}
