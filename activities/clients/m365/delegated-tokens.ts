import { classifyTokenError } from "./aadsts.ts";
import { asText, parseObject } from "./faults.ts";
import { M365Fault } from "./m365.ts";
import type { Credential, Resource, TokenSource } from "./tokens.ts";
import { LOGIN_ORIGIN, RESOURCES } from "./tokens.ts";
import { readAnswer, type Wire, WireLost } from "./wire.ts";

/**
 * The sign-in of a partner's administrator ("Secure application model"): whoever holds its refresh token acts at every
 * customer the relationships allow. Each use may bring a new token that replaces it.
 */
export type PartnerSignIn = {
  /** Lends the refresh token and keeps the one that comes back; undefined where nobody has signed in. */
  use<T>(exchange: (refreshToken: string) => Promise<{ refreshToken: string; value: T }>): Promise<T | undefined>;
};

export type Redeemed = { accessToken: string; refreshToken: string };

/** Delegated tokens of one customer, one exchange for as long as this source is kept. */
export function createDelegatedTokens(input: {
  wire: Wire;
  clientId: string;
  credential: Credential;
  signIn: PartnerSignIn;
}): TokenSource {
  let kept: Promise<string> | undefined;
  const exchange = async (tenantId: string, resource: Resource): Promise<string> => {
    const token = await input.signIn.use(async (refreshToken) => {
      const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
      const redeemed = await redeem({ ...input, tenantId, resource, fields });
      return { refreshToken: redeemed.refreshToken, value: redeemed.accessToken };
    });
    if (!token) throw new M365Fault("refused", "no partner has signed in", { code: "NoPartnerSignIn" });
    return token;
  };
  return {
    token(tenantId, resource, options = {}) {
      if (!kept || options.isFresh || options.claims) kept = exchange(tenantId, resource);
      return kept;
    },
    forget() {
      kept = undefined;
    },
  };
}

/** Whose token it is. It came from Microsoft over TLS a moment ago, so its claims are read and not checked. */
export function ownerOf(accessToken: string): { upn: string; partnerTenantId: string } {
  const claims = parseObject(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString());
  const upn = asText(claims?.upn) ?? asText(claims?.unique_name);
  const partnerTenantId = asText(claims?.tid);
  if (!upn || !partnerTenantId) throw new M365Fault("unknown", "Microsoft did not say who signed in");
  return { upn, partnerTenantId };
}

/** One call of the token endpoint for a person ("OAuth 2.0 authorization code flow"). */
export async function redeem(input: {
  wire: Wire;
  clientId: string;
  credential: Credential;
  tenantId: string;
  resource: Resource;
  fields: Record<string, string>;
}): Promise<Redeemed> {
  if (!("clientSecret" in input.credential))
    throw new M365Fault("our-fault", "a partner sign-in needs Petra's client secret");
  const body = new URLSearchParams({
    client_id: input.clientId,
    client_secret: input.credential.clientSecret,
    scope: `${RESOURCES[input.resource]}/.default offline_access`,
    ...input.fields,
  });
  const url = `${LOGIN_ORIGIN}/${encodeURIComponent(input.tenantId)}/oauth2/v2.0/token`;
  const answer = await input.wire
    .fetch(url, { method: "POST", body })
    .then((response) => readAnswer(response, input.wire.clock))
    .catch((error: unknown) => {
      throw error instanceof WireLost ? new M365Fault("retry", "sign-in service not reached") : error;
    });
  const json = parseObject(answer.text) ?? {};
  const accessToken = asText(json.access_token);
  const refreshToken = asText(json.refresh_token);
  if (answer.status === 200 && accessToken && refreshToken) return { accessToken, refreshToken };
  const number = /AADSTS(\d+)/.exec(asText(json.error_description) ?? "")?.[1];
  const { faultClass, words } = classifyTokenError(number, asText(json.error), answer.status);
  throw new M365Fault(faultClass, number ? `${words} (AADSTS${number})` : words, {
    status: answer.status,
    code: number ? `AADSTS${number}` : undefined,
  });
}
