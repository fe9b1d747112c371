import {
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { MEMBER_ROLES } from "#domain/access/actor.ts";
import type { EmergencyAccount, EmergencyWord } from "#domain/tenant/emergency.ts";
import type { Capability } from "#domain/tenant/phases.ts";
import { TENANT_PHASES, TENANT_PRODUCTS } from "#domain/tenant/phases.ts";

/** A point in time: timestamptz in the table, ISO 8601 UTC with milliseconds in the code. */
export const at = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (value) => new Date(value).toISOString(),
});

export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

export const organizations = pgTable("organizations", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull(),
  contactEmail: text("contact_email"),
  /** The MSP's own Microsoft tenant, whose Partner Center lists its customers; null until connected. */
  partnerTenantId: uuid("partner_tenant_id"),
  /** Everybody who acts must have a second factor (S9). */
  requiresFactor: boolean("requires_factor").notNull().default(false),
  createdAt: at("created_at").notNull(),
});

export const members = pgTable(
  "members",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    /** null = analyst of the operator */
    orgId: uuid("org_id").references(() => organizations.id),
    authUserId: text("auth_user_id"),
    email: text("email").notNull(),
    name: text("name").notNull(),
    role: text("role", { enum: [...MEMBER_ROLES, "analyst"] }).notNull(),
    canManageTenants: boolean("can_manage_tenants").notNull().default(false),
    canViewSensitive: boolean("can_view_sensitive").notNull().default(false),
    isReadOnly: boolean("is_read_only").notNull().default(false),
    isActive: boolean("is_active").notNull().default(true),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("members_email").on(t.email), index("members_org").on(t.orgId)],
);

export const memberTenants = pgTable(
  "member_tenants",
  {
    orgId: uuid("org_id").notNull(),
    memberId: uuid("member_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.memberId, t.tenantId] })],
);

export const tenants = pgTable(
  "tenants",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    /** Six characters, public (API `petraTenantId`). */
    shortId: text("short_id").notNull().unique(),
    /** Dense integer key used by the event store (D25). */
    key: integer("key").generatedAlwaysAsIdentity().unique(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => organizations.id),
    microsoftTenantId: uuid("microsoft_tenant_id"),
    name: text("name").notNull(),
    domains: jsonb("domains").$type<string[]>().notNull().default([]),
    phase: text("phase", { enum: TENANT_PHASES }).notNull(),
    product: text("product", { enum: TENANT_PRODUCTS }).notNull().default("monitoring"),
    isScanOnly: boolean("is_scan_only").notNull().default(false),
    responseEnabled: boolean("response_enabled").notNull().default(false),
    isSensitive: boolean("is_sensitive").notNull().default(false),
    /** A company of the simulated cloud to train on: marked everywhere, counted nowhere. */
    isDrill: boolean("is_drill").notNull().default(false),
    /** individual = admin consent; gdap = Partner Center */
    onboardedBy: text("onboarded_by", { enum: ["individual", "gdap"] }).notNull(),
    capabilities: jsonb("capabilities").$type<Capability[]>().notNull().default([]),
    accessLostAt: at("access_lost_at"),
    accessLostReason: text("access_lost_reason"),
    onboardedAt: at("onboarded_at"),
    scanCompletedAt: at("scan_completed_at"),
    baselineEndsAt: at("baseline_ends_at"),
    trialEndsAt: at("trial_ends_at"),
    pausedAt: at("paused_at"),
    pausedReason: text("paused_reason"),
    removedAt: at("removed_at"),
    lastEventAt: at("last_event_at"),
    /** The group whose members a Conditional Access policy of Petra's lets nowhere in; null where none could be prepared. */
    blockGroupId: uuid("block_group_id"),
    /** Never locked by Petra itself, and left out of a Conditional Access block that it prepares later (S44). */
    emergencyAccounts: jsonb("emergency_accounts").$type<EmergencyAccount[]>().notNull().default([]),
    /** Who last said that the list is right; null = nobody yet. */
    emergencyConfirmed: jsonb("emergency_confirmed").$type<EmergencyWord>(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("tenants_org_microsoft").on(t.orgId, t.microsoftTenantId), index("tenants_org").on(t.orgId)],
);

/** The sign-in of a partner's administrator, for the few writes an application may not do itself; one an organization. */
export const partnerSignIns = pgTable("partner_sign_ins", {
  orgId: uuid("org_id").primaryKey(),
  partnerTenantId: uuid("partner_tenant_id").notNull(),
  upn: text("upn").notNull(),
  /** The refresh token, AES-256-GCM: iv | tag | ciphertext. */
  sealed: bytea("sealed").notNull(),
  signedInAt: at("signed_in_at").notNull(),
  usedAt: at("used_at"),
  /** Microsoft takes it no more: somebody must sign in again. */
  lostAt: at("lost_at"),
  lostReason: text("lost_reason"),
});

export const consentLinks = pgTable("consent_links", {
  id: uuid("id").primaryKey().defaultRandom(),
  orgId: uuid("org_id").notNull(),
  tenantId: uuid("tenant_id").notNull(),
  stateHash: text("state_hash").notNull().unique(),
  createdAt: at("created_at").notNull(),
  expiresAt: at("expires_at").notNull(),
  usedAt: at("used_at"),
});

export const accounts = pgTable(
  "accounts",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    key: integer("key").generatedAlwaysAsIdentity().unique(),
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    /** null while provisional (D21) */
    objectId: uuid("object_id"),
    upn: text("upn").notNull(),
    mail: text("mail"),
    displayName: text("display_name"),
    jobTitle: text("job_title"),
    userType: text("user_type"),
    accountEnabled: boolean("account_enabled"),
    isSynced: boolean("is_synced").notNull().default(false),
    isFederated: boolean("is_federated").notNull().default(false),
    licenseSkuIds: jsonb("license_sku_ids").$type<string[]>().notNull().default([]),
    mailboxKind: text("mailbox_kind"),
    roles: jsonb("roles").$type<string[]>().notNull().default([]),
    lastPasswordChangeAt: at("last_password_change_at"),
    readAt: at("read_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("accounts_tenant_object").on(t.orgId, t.tenantId, t.objectId),
    index("accounts_tenant_upn").on(t.tenantId, t.upn),
  ],
);

export const accountAliases = pgTable(
  "account_aliases",
  {
    orgId: uuid("org_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    accountId: uuid("account_id").notNull(),
    kind: text("kind", { enum: ["upn", "mail", "puid", "guest", "sid"] }).notNull(),
    /** lower case */
    value: text("value").notNull(),
    validFrom: at("valid_from").notNull(),
    validTo: at("valid_to"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.accountId, t.kind, t.value] }),
    index("account_aliases_value").on(t.tenantId, t.value),
  ],
);
