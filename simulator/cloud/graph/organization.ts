import { graphTime } from "../../clock.ts";
import { PLAN_EXCHANGE, PLAN_P1, PLAN_P2, SKU } from "../../state/identifiers.ts";
import type { Json, Tenant } from "../../state/types.ts";
import { json, mailboxOf, userOf } from "./find.ts";
import { type GraphRoutes, READ_DIRECTORY, READ_MAIL_SETTINGS, READ_USERS } from "./route.ts";

const SKUS = Object.values(SKU);

export function organizationRoutes(routes: GraphRoutes): void {
  const readOrganization = [["Organization.Read.All"], ...READ_DIRECTORY];
  routes.on("get", "/organization", readOrganization, ({ tenant }) =>
    json({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#organization",
      value: [organizationJson(tenant)],
    }),
  );
  routes.on("get", "/domains", [["Domain.Read.All"], ...READ_DIRECTORY], ({ tenant }) =>
    json({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#domains",
      value: [
        ...[tenant.domain, tenant.initialDomain].map((id) => domainJson(tenant, id, "Managed", true)),
        ...tenant.addedDomains.map(({ name, federation, verified }) =>
          domainJson(tenant, name, federation ? "Federated" : "Managed", verified),
        ),
      ],
    }),
  );
  routes.on("get", "/subscribedSkus", [["LicenseAssignment.Read.All"], ...readOrganization], ({ tenant }) =>
    json({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscribedSkus", value: skusOf(tenant) }),
  );
  routes.on("get", "/users/:user/licenseDetails", READ_USERS, (call) => {
    const user = userOf(call);
    const value = skusOf(call.tenant)
      .filter((sku) => user.skus.includes(sku.skuId as string))
      .map((sku) => ({
        id: `${user.id}_${sku.skuId}`,
        skuId: sku.skuId,
        skuPartNumber: sku.skuPartNumber,
        servicePlans: sku.servicePlans,
      }));
    return json({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#licenseDetails", value });
  });
  routes.on("get", "/users/:user/mailboxSettings", READ_MAIL_SETTINGS, (call) => {
    const { mailbox } = mailboxOf(call);
    const purpose = {
      UserMailbox: "user",
      SharedMailbox: "shared",
      RoomMailbox: "room",
      EquipmentMailbox: "equipment",
    }[mailbox.recipientType];
    return json({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#mailboxSettings",
      timeZone: "UTC",
      automaticRepliesSetting: {
        status: "disabled",
        externalAudience: "none",
        internalReplyMessage: "",
        externalReplyMessage: "",
      },
      userPurpose: purpose,
    });
  });
}

function domainJson(
  tenant: Tenant,
  id: string,
  authenticationType: "Managed" | "Federated",
  isVerified: boolean,
): Json {
  return {
    id,
    authenticationType,
    isAdminManaged: true,
    isDefault: id === tenant.domain,
    isInitial: id === tenant.initialDomain,
    isRoot: true,
    isVerified,
    supportedServices: ["Email", "OfficeCommunicationsOnline"],
  };
}

function organizationJson(tenant: Tenant): Json {
  const created = graphTime(Math.min(...tenant.users.map((u) => u.createdAt), Date.UTC(2021, 0, 4)));
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    countryLetterCode: tenant.country,
    createdDateTime: created,
    onPremisesSyncEnabled: tenant.users.some((u) => u.onPremisesSyncEnabled === true) ? true : null,
    onPremisesLastSyncDateTime: tenant.sync.lastAt ? graphTime(tenant.sync.lastAt) : null,
    tenantType: "AAD",
    verifiedDomains: [tenant.domain, tenant.initialDomain].map((name) => ({
      capabilities: "Email, OfficeCommunicationsOnline",
      isDefault: name === tenant.domain,
      isInitial: name === tenant.initialDomain,
      name,
      type: "Managed",
    })),
    assignedPlans: [
      { assignedDateTime: created, capabilityStatus: "Enabled", service: "exchange", servicePlanId: PLAN_EXCHANGE.id },
      ...(tenant.p1
        ? [
            {
              assignedDateTime: created,
              capabilityStatus: "Enabled",
              service: "AADPremiumService",
              servicePlanId: PLAN_P1.id,
            },
          ]
        : []),
    ],
  };
}

function skusOf(tenant: Tenant): Json[] {
  return SKUS.map((sku) => ({ sku, used: tenant.users.filter((u) => u.skus.includes(sku.id)).length }))
    .filter(({ used }) => used > 0)
    .map(({ sku, used }) => ({
      id: `${tenant.id}_${sku.id}`,
      accountName: tenant.displayName,
      appliesTo: "User",
      capabilityStatus: "Enabled",
      consumedUnits: used,
      prepaidUnits: { enabled: used + 2, suspended: 0, warning: 0, lockedOut: 0 },
      skuId: sku.id,
      skuPartNumber: sku.part,
      servicePlans: [
        ...(sku === SKU.flowFree || sku === SKU.entraP2
          ? []
          : [
              {
                servicePlanId: PLAN_EXCHANGE.id,
                servicePlanName: PLAN_EXCHANGE.name,
                provisioningStatus: "Success",
                appliesTo: "User",
              },
            ]),
        ...(sku === SKU.businessPremium
          ? [
              {
                servicePlanId: PLAN_P1.id,
                servicePlanName: PLAN_P1.name,
                provisioningStatus: "Success",
                appliesTo: "User",
              },
            ]
          : []),
        ...(sku === SKU.entraP2
          ? [
              {
                servicePlanId: PLAN_P2.id,
                servicePlanName: PLAN_P2.name,
                provisioningStatus: "Success",
                appliesTo: "User",
              },
            ]
          : []),
      ],
    }));
}
