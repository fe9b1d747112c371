import { readErrorBody } from "./faults.ts";
import type { Resource, TokenSource } from "./tokens.ts";
import type { WireAnswer } from "./wire.ts";

/**
 * One call with a token. A 401 is answered once with a better token: with the claims of a continuous access evaluation
 * challenge ("Claims challenges, claims requests, and client capabilities"), or a fresh one where ours has run out in
 * the middle of paging. A second 401 is the answer. Repeating is safe: what was refused with 401 was not done.
 */
export async function withToken<A extends WireAnswer>(
  tokens: TokenSource,
  at: { tenantId: string; resource: Resource },
  send: (token: string) => Promise<A>,
): Promise<A> {
  const first = await send(await tokens.token(at.tenantId, at.resource));
  if (first.status !== 401) return first;
  if (readErrorBody(first.text).message?.startsWith("Account is not provisioned")) return first;
  const claims = readClaims(first.headers.get("www-authenticate"));
  const better = await tokens.token(at.tenantId, at.resource, claims ? { claims } : { isFresh: true });
  return send(better);
}

function readClaims(header: string | null): string | undefined {
  const encoded = header && /\bclaims="([^"]+)"/.exec(header)?.[1];
  if (!encoded) return undefined;
  try {
    const text = Buffer.from(encoded, "base64").toString("utf8");
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
