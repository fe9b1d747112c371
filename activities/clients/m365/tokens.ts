import { AuthError, ConfidentialClientApplication, ServerError } from "@azure/msal-node";
import { classifyTokenError } from "./aadsts.ts";
import { M365Fault } from "./m365.ts";

export const RESOURCES = {
  graph: "https://graph.microsoft.com",
  management: "https://manage.office.com",
  exchange: "https://outlook.office365.com",
} as const;
export type Resource = keyof typeof RESOURCES;
export const LOGIN_ORIGIN = "https://login.microsoftonline.com";

export type Credential =
  | { clientSecret: string }
  | { certificate: { thumbprintSha256: string; privateKey: string; x5c?: string } };

export type TokenSource = {
  /** A bearer token; parallel callers of one (tenant, resource) share one request. Throws M365Fault. */
  token(tenantId: string, resource: Resource, options?: { isFresh?: boolean; claims?: string }): Promise<string>;
  forget(tenantId: string): void;
};

/** A token is used up to this long before its end, as MSAL does with those of its own cache. */
const LEFT_OVER_MS = 5 * 60_000;

/** After a failed request MSAL answers the same one from memory for this long ("MSAL throttling"). */
const MSAL_COOL_DOWN_MS = 60_000;

/**
 * Client credentials through MSAL. One MSAL client a tenant, so no cache can mix tenants; what MSAL gave last is kept
 * beside it, because its cache takes two milliseconds a look and a poll looks a dozen times. Against a mapped login host the
 * authority stays Microsoft's and only the token endpoint moves (MSAL skips discovery when metadata is given).
 */
export function createTokenSource(input: {
  clientId: string;
  credential: Credential;
  loginOrigin: string | undefined;
}): TokenSource {
  const clients = new Map<string, ConfidentialClientApplication>();
  const inFlight = new Map<string, Promise<Token>>();
  const newest = new Map<string, Token>();

  const clientOf = (tenantId: string): ConfidentialClientApplication => {
    const known = clients.get(tenantId);
    if (known) return known;
    const made = new ConfidentialClientApplication({
      auth: {
        clientId: input.clientId,
        authority: `${LOGIN_ORIGIN}/${tenantId}`,
        clientCapabilities: ["CP1"],
        ...("clientSecret" in input.credential
          ? { clientSecret: input.credential.clientSecret }
          : { clientCertificate: input.credential.certificate }),
        ...(input.loginOrigin ? { authorityMetadata: metadata(input.loginOrigin, tenantId) } : {}),
      },
      system: { disableInternalRetries: true },
    });
    clients.set(tenantId, made);
    return made;
  };

  return {
    async token(tenantId, resource, options = {}) {
      const place = `${tenantId} ${resource}`;
      const held = newest.get(place);
      if (!options.isFresh && !options.claims && held && held.endsAt - LEFT_OVER_MS > Date.now()) return held.text;
      const key = `${place} ${options.isFresh ? "fresh" : ""} ${options.claims ?? ""}`;
      const running = inFlight.get(key);
      if (running) return (await running).text;
      const asked = ask(clientOf(tenantId), tenantId, resource, options).finally(() => inFlight.delete(key));
      inFlight.set(key, asked);
      const got = await asked;
      newest.set(place, got);
      return got.text;
    },
    forget(tenantId) {
      clients.delete(tenantId);
      for (const resource of Object.keys(RESOURCES)) newest.delete(`${tenantId} ${resource}`);
    },
  };
}

/** `endsAt` in ms since 1970. */
type Token = { text: string; endsAt: number };

async function ask(
  client: ConfidentialClientApplication,
  tenantId: string,
  resource: Resource,
  options: { isFresh?: boolean; claims?: string },
): Promise<Token> {
  try {
    const result = await client.acquireTokenByClientCredential({
      scopes: [`${RESOURCES[resource]}/.default`],
      authority: `${LOGIN_ORIGIN}/${tenantId}`,
      skipCache: options.isFresh ?? false,
      ...(options.claims ? { claims: options.claims } : {}),
    });
    if (!result?.accessToken) throw new M365Fault("unknown", "Microsoft gave no token");
    return { text: result.accessToken, endsAt: result.expiresOn?.getTime() ?? 0 };
  } catch (error) {
    throw error instanceof M365Fault ? error : tokenFault(error);
  }
}

function tokenFault(error: unknown): M365Fault {
  if (!(error instanceof AuthError)) return new M365Fault("retry", "sign-in service not reached");
  if (!(error instanceof ServerError)) {
    // Client-side refusals (network, metadata) carry a code of MSAL's own.
    const isNetwork = error.errorCode === "network_error" || error.errorCode === "no_network_connectivity";
    return new M365Fault(isNetwork ? "retry" : "our-fault", `token: ${error.errorCode}`, { code: error.errorCode });
  }
  const number = /AADSTS(\d+)/.exec(error.errorMessage ?? "")?.[1] ?? error.errorNo;
  const { faultClass, words } = classifyTokenError(number, error.errorCode, error.status);
  return new M365Fault(faultClass, number ? `${words} (AADSTS${number})` : words, {
    status: error.status,
    code: number ? `AADSTS${number}` : error.errorCode,
    retryAfterMs: faultClass === "retry" ? MSAL_COOL_DOWN_MS : undefined,
  });
}

const metadata = (origin: string, tenantId: string): string =>
  JSON.stringify({
    issuer: `${LOGIN_ORIGIN}/${tenantId}/v2.0`,
    authorization_endpoint: `${LOGIN_ORIGIN}/${tenantId}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    jwks_uri: `${LOGIN_ORIGIN}/${tenantId}/discovery/v2.0/keys`,
  });
