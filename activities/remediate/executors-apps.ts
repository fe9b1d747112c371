import type { M365Tenant } from "#activities/clients/m365/m365.ts";
import type { Executor, Image } from "./executors.ts";

type AppKind =
  | "delete-oauth-grant"
  | "recreate-oauth-grant"
  | "disable-service-principal"
  | "enable-service-principal"
  | "disable-application"
  | "enable-application"
  | "disable-device"
  | "enable-device";

type Switch = {
  read: (tenant: M365Tenant, id: string) => Promise<({ enabled: boolean } & Image) | null>;
  set: (tenant: M365Tenant, id: string, enabled: boolean) => ReturnType<M365Tenant["setDeviceEnabled"]>;
};

/** Something with an on/off switch, turned one way. */
const turn = ({ read, set }: Switch, enabled: boolean): Executor => ({
  read: (tenant, target) => read(tenant, target.id),
  isDone: (now) => (now === null ? !enabled : now.enabled === enabled),
  send: (tenant, target) => set(tenant, target.id, enabled),
});

const PRINCIPAL: Switch = {
  read: (tenant, id) => tenant.readServicePrincipal(id),
  set: (tenant, id, enabled) => tenant.setServicePrincipalEnabled(id, enabled),
};
const APPLICATION: Switch = {
  read: (tenant, id) => tenant.readApplication(id),
  set: (tenant, id, enabled) => tenant.setApplicationEnabled(id, enabled),
};
const DEVICE: Switch = {
  read: (tenant, id) => tenant.readDevice(id),
  set: (tenant, id, enabled) => tenant.setDeviceEnabled(id, enabled),
};

const sameGrant = (a: Image, b: Image): boolean =>
  a.consentType === b.consentType &&
  (a.principalId ?? null) === (b.principalId ?? null) &&
  a.resourceId === b.resourceId;

/** Apps, consents and devices. Target: the object's id. */
export const appExecutors = {
  "delete-oauth-grant": {
    read: (tenant, target) => tenant.readGrant(target.id),
    isDone: (now) => now === null,
    send: (tenant, target) => tenant.deleteGrant(target.id),
  },
  "recreate-oauth-grant": {
    async read(tenant, { image }) {
      if (!image) return null;
      const grants = await tenant.listGrants(String(image.clientId));
      return grants.find((grant) => sameGrant(grant, image)) ?? null;
    },
    isDone: (now) => now !== null,
    send: (tenant, target) => tenant.createGrant(target.image ?? {}),
  },
  "disable-service-principal": turn(PRINCIPAL, false),
  "enable-service-principal": turn(PRINCIPAL, true),
  "disable-application": turn(APPLICATION, false),
  "enable-application": turn(APPLICATION, true),
  "disable-device": turn(DEVICE, false),
  "enable-device": turn(DEVICE, true),
} satisfies Record<AppKind, Executor>;
