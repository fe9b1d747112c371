import { z } from "@hono/zod-openapi";
import { MEMBER_ROLES } from "#domain/access/actor.ts";
import { NAME_MAX, ONBOARD_AT_ONCE_MAX } from "#domain/limits.ts";
import { CAPABILITY_IDS, TENANT_PHASES, TENANT_PRODUCTS } from "#domain/tenant/phases.ts";
import type {
  AddTenantResult,
  PartnerCustomer,
  PartnerSignInView,
  TenantRow,
  ViewerView,
} from "#domain/view/portal.ts";
import { id, optionalText, time } from "./parts.ts";

export const viewerSchema = z
  .object({
    memberId: id,
    name: z.string(),
    email: z.string(),
    role: z.enum([...MEMBER_ROLES, "analyst"]),
    org: z.object({ id, name: z.string() }).nullable(),
    may: z.object({
      remediate: z.boolean(),
      manageTenants: z.boolean(),
      publish: z.boolean(),
      approve: z.boolean(),
      seeUsage: z.boolean(),
      seePolicy: z.boolean(),
      runDrills: z.boolean(),
    }),
    killSwitch: z
      .object({ by: z.string(), since: time, tenants: z.array(z.object({ id, name: z.string() })) })
      .nullable(),
    isDemo: z.boolean(),
    temporalUiUrl: optionalText,
  })
  .openapi("Viewer") satisfies z.ZodType<ViewerView>;

export const tenantSchema = z
  .object({
    id,
    shortId: z.string(),
    microsoftTenantId: optionalText,
    name: z.string(),
    phase: z.enum(TENANT_PHASES),
    product: z.enum(TENANT_PRODUCTS),
    isScanOnly: z.boolean(),
    responseEnabled: z.boolean(),
    isSensitive: z.boolean(),
    isDrill: z.boolean(),
    scanProgress: z.number().nullable(),
    trialEndsAt: time.nullable(),
    baselineEndsAt: time.nullable(),
    pausedAt: time.nullable(),
    pausedReason: optionalText,
    accessLostReason: optionalText,
    users: z.int(),
    incidents30d: z.int(),
    openIncidents: z.int(),
    lastEventAt: time.nullable(),
    coverage: z.array(
      z.object({
        source: z.string(),
        state: z.enum(["ok", "late", "partial", "blind", "waiting"]),
        delaySeconds: z.number().nullable(),
        reason: optionalText,
      }),
    ),
    capabilities: z.array(
      z.object({
        id: z.enum(CAPABILITY_IDS),
        ok: z.boolean(),
        reason: z.string(),
        since: z.string().exactOptional(),
        until: z.string().exactOptional(),
      }),
    ),
    hasNotificationMethod: z.boolean(),
  })
  .openapi("Tenant") satisfies z.ZodType<TenantRow>;

export const addTenantSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(NAME_MAX),
    responseEnabled: z.boolean(),
    isScanOnly: z.boolean(),
    adminEmail: z.email().max(NAME_MAX).optional(),
  })
  .openapi("AddTenant");

export const addTenantResultSchema = z
  .object({ tenantId: id, shortId: z.string(), consentUrl: z.string(), approvalLink: z.string() })
  .openapi("AddTenantResult") satisfies z.ZodType<AddTenantResult>;

export const partnerCustomerSchema = z
  .object({
    microsoftTenantId: z.string(),
    name: z.string(),
    gdap: z.enum(["ready", "missing"]),
    gdapUntil: optionalText,
    petraStatus: z.enum(["Monitoring", "Paused", "Previously Deleted", "Not Protected", "Scanning"]),
    tenantId: id.nullable(),
    isLegacy: z.boolean(),
    emailPermission: z.boolean(),
  })
  .openapi("PartnerCustomer") satisfies z.ZodType<PartnerCustomer>;

export const partnerSignInSchema = z
  .object({ upn: z.string(), signedInAt: z.string(), lostAt: optionalText, lostReason: optionalText })
  .openapi("PartnerSignIn") satisfies z.ZodType<PartnerSignInView>;

export const partnerOnboardSchema = z
  .strictObject({
    microsoftTenantIds: z.array(id).min(1).max(ONBOARD_AT_ONCE_MAX),
    responseEnabled: z.boolean(),
    isScanOnly: z.boolean(),
  })
  .openapi("PartnerOnboard");

export const partnerOnboardResultSchema = z
  .array(
    z.object({
      microsoftTenantId: id,
      tenantId: id.nullable(),
      state: z.enum(["started", "already-there", "refused"]),
      reason: optionalText,
    }),
  )
  .openapi("PartnerOnboardResult");
