import type { Actor } from "#domain/access/actor.ts";
import type { ViewerView } from "#domain/view/portal.ts";

export const DAN: Actor = { kind: "member", memberId: "m-dan", orgId: "o-1", name: "Dan Okafor", role: "full-member" };
export const RESPONSE: Actor = { kind: "response", workflowId: "tenant/t-bramley/incident/i-tom" };
export const SYSTEM: Actor = { kind: "system", room: "remediate" };

const org = { id: "o-1", name: "Northgate IT" };
export const VIEWERS: Record<string, ViewerView> = {
  dan: {
    memberId: "m-dan",
    name: "Dan Okafor",
    email: "dan@northgate.example",
    role: "full-member",
    org,
    may: { remediate: true, manageTenants: true, publish: true, approve: false, seeUsage: true, seePolicy: true },
    killSwitch: null,
    isDemo: true,
    temporalUiUrl: null,
  },
  stopped: {
    memberId: "m-dan",
    name: "Dan Okafor",
    email: "dan@northgate.example",
    role: "admin",
    org,
    may: { remediate: true, manageTenants: true, publish: true, approve: false, seeUsage: true, seePolicy: true },
    killSwitch: { by: "Dan Okafor", since: new Date(Date.now() - 9 * 60_000).toISOString(), tenants: [] },
    isDemo: true,
    temporalUiUrl: null,
  },
  careful: {
    memberId: "m-dan",
    name: "Dan Okafor",
    email: "dan@northgate.example",
    role: "admin",
    org,
    may: { remediate: true, manageTenants: true, publish: true, approve: false, seeUsage: true, seePolicy: true },
    killSwitch: null,
    isDemo: true,
    temporalUiUrl: null,
  },
  bare: {
    memberId: "m-dan",
    name: "Dan Okafor",
    email: "dan@northgate.example",
    role: "admin",
    org,
    may: { remediate: true, manageTenants: true, publish: true, approve: false, seeUsage: true, seePolicy: true },
    killSwitch: null,
    isDemo: true,
    temporalUiUrl: null,
  },
  guest: {
    memberId: "m-guest",
    name: "Ruth Finch",
    email: "ruth@harlowfinch.example",
    role: "external-guest",
    org,
    may: { remediate: false, manageTenants: false, publish: false, approve: false, seeUsage: false, seePolicy: false },
    killSwitch: null,
    isDemo: true,
    temporalUiUrl: null,
  },
  noor: {
    memberId: "m-noor",
    name: "Noor Vasquez",
    email: "noor@petra.example",
    role: "analyst",
    org: null,
    may: { remediate: true, manageTenants: false, publish: true, approve: true, seeUsage: false, seePolicy: true },
    killSwitch: null,
    isDemo: true,
    temporalUiUrl: "http://127.0.0.1:8233",
  },
};
