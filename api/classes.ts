import type { StepUpClass } from "#domain/access/step-up.ts";

/**
 * What each route that can change something asks of the person (S14). `by-input`: the handler says which class this request
 * is and asks with `demand`. A route that is not here does not compile; reading is `none`.
 */
export const ROUTE_CLASSES = {
  "post /api/auth/sign-in/email": "none",
  "post /api/auth/sign-in/magic-link": "none",
  "post /api/auth/magic-link/verify": "none",
  "post /api/auth/sign-out": "none",
  "post /api/auth/prove": "none",
  "post /api/auth/factors": "by-input",
  "post /api/auth/factors/confirm": "none",
  "post /api/auth/factors/{id}/remove": "loosen",
  "post /api/auth/recovery-codes": "act",
  "post /api/codec/decode": "none",
  "post /api/tenants": "none",
  "post /api/partner/onboard": "none",
  "post /api/partner/sign-in": "act",
  "post /api/tenants/{id}/second-book/explain": "act",
  "post /api/drills": "none",
  "post /api/drills/{id}/attack": "none",
  "post /api/drills/{id}/end": "none",
  "post /api/drills/{id}/discard": "none",
  "post /api/tenants/{id}/commands": "by-input",
  "post /api/incidents/{id}/commands": "by-input",
  "post /api/incidents/{id}/password/reveal": "act",
  "post /api/incidents/{id}/evidence": "none",
  "post /api/commands/{id}/withdraw": "none",
  "post /api/phish": "none",
  "post /api/phish/{id}/preview": "none",
  "post /api/phish/{id}/orders": "act",
  "post /api/phish/orders/{id}/answer": "act",
  "post /api/campaigns/{id}/orders": "by-input",
  "post /api/tenants/{id}/never-touch": "loosen",
  "post /api/tenants/{id}/never-touch/drop": "act",
  "post /api/tenants/{id}/emergency-accounts": "loosen",
  "post /api/tenants/{id}/emergency-accounts/drop": "act",
  "post /api/tenants/{id}/emergency-accounts/confirm": "act",
  "post /api/queue/{id}/claim": "none",
  "post /api/policy": "by-input",
  "post /api/policy/kill-switch": "by-input",
  "post /api/policy/exceptions": "loosen",
  "post /api/policy/exceptions/{id}/end": "none",
  "post /api/settings/notifications": "by-input",
  "post /api/settings/security": "by-input",
  "post /api/second-words/{id}/answer": "by-input",
} as const satisfies Record<string, StepUpClass | "by-input">;

type Listed = keyof typeof ROUTE_CLASSES;
/** Fits every route whose class is known; anything else is an error at its declaration. */
export type Classed<Method extends string, Path extends string> = Method extends "get"
  ? unknown
  : `${Method} ${Path}` extends Listed
    ? unknown
    : { missing: `${Method} ${Path} has no class in ROUTE_CLASSES` };

/** The class of a route. */
export const classOfRoute = (method: string, path: string): StepUpClass | "by-input" =>
  method === "get" ? "none" : (ROUTE_CLASSES[`${method} ${path}` as Listed] ?? "loosen");
