import { z } from "@hono/zod-openapi";
import { finishConsent, listCustomers, onboardCustomers } from "../onboarding.ts";
import { finishPartnerSignIn, readPartnerSignIn, startPartnerSignIn } from "../partner-sign-in.ts";
import { body, createRouter, json, route } from "../route.ts";
import {
  partnerCustomerSchema,
  partnerOnboardResultSchema,
  partnerOnboardSchema,
  partnerSignInSchema,
} from "../schema/tenant.ts";

const text = z.string().max(4_000).optional();

const callback = route("public", {
  method: "get",
  path: "/api/consent/callback",
  summary: "Where Microsoft sends the administrator back after the consent page",
  request: {
    query: z.object({
      state: text,
      error: text,
      error_description: text,
      tenant: text,
      admin_consent: text,
      scope: text,
    }),
  },
  responses: { 303: { description: "To the page that says how it went." } },
});

const customers = route("tenant.manage", {
  method: "get",
  path: "/api/partner/customers",
  summary: "Customers of the partner tenant and their state at Petra",
  responses: { 200: json(z.array(partnerCustomerSchema), "Customers.") },
});

const onboard = route("tenant.manage", {
  method: "post",
  path: "/api/partner/onboard",
  summary: "Onboard customers of the partner tenant",
  request: { body: body(partnerOnboardSchema) },
  responses: { 200: json(partnerOnboardResultSchema, "What became of each.") },
});

const signInState = route("tenant.manage", {
  method: "get",
  path: "/api/partner/sign-in",
  summary: "Whether a partner's administrator has signed in, and whether the sign-in still counts",
  responses: { 200: json(partnerSignInSchema.nullable(), "The sign-in, or nothing.") },
});

const signIn = route("tenant.manage", {
  method: "post",
  path: "/api/partner/sign-in",
  summary: "Begin the sign-in of a partner's administrator",
  responses: { 200: json(z.object({ url: z.string() }), "Microsoft's sign-in page.") },
});

const signedIn = route("tenant.manage", {
  method: "get",
  path: "/api/partner/callback",
  summary: "Where Microsoft sends the partner's administrator back",
  request: { query: z.object({ code: text, state: text, error: text, error_description: text, session_state: text }) },
  responses: { 303: { description: "To the Partner Center page." } },
});

export const consentRoutes = createRouter()
  .openapi(signInState, async (c) => c.json(await readPartnerSignIn(c), 200))
  .openapi(signIn, async (c) => c.json(startPartnerSignIn(c), 200))
  .openapi(signedIn, async (c) => {
    const outcome = await finishPartnerSignIn(c, c.req.valid("query"));
    return c.redirect(`/portal?sign-in=${outcome}`, 303);
  })
  .openapi(callback, async (c) => {
    const outcome = await finishConsent(c, c.req.valid("query"));
    return c.redirect(`/consent/result?outcome=${outcome}`, 303);
  })
  .openapi(customers, async (c) => c.json(await listCustomers(c), 200))
  .openapi(onboard, async (c) => c.json(await onboardCustomers(c, c.req.valid("json")), 200));
