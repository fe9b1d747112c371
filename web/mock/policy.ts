import { applyOverride, DEFAULT_POLICY, type PolicyOverride } from "#domain/policy/document.ts";
import type { PolicyView } from "#domain/view/policy.ts";
import type { ViewerView } from "#domain/view/portal.ts";
import { DAN } from "./people.ts";
import { TENANTS } from "./tenants.ts";

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const ORG: PolicyOverride = {
  steps: {
    "revoke-and-lock": { answers: { vip: "two", service: "ask" } },
    "disable-persistence": { confidenceFloor: 0.85 },
  },
  quietHours: {
    zone: "Europe/London",
    from: "22:00",
    to: "06:00",
    days: [1, 2, 3, 4, 5],
    steps: ["retract-phish"],
    answer: "ask",
  },
  approval: { minutes: 15, otherwise: "ask-another" },
};

/** The policy of the invented organization, or of one of its tenants. */
export function policyFor(viewer: ViewerView, tenantId: string | null): PolicyView | undefined {
  const tenants = TENANTS.map(({ id, name }) => ({ id, name }));
  const tenant = tenantId === null ? null : tenants.find((one) => one.id === tenantId);
  if (tenant === undefined) return undefined;
  const inherited = tenant ? applyOverride(DEFAULT_POLICY, ORG) : DEFAULT_POLICY;
  const override: PolicyOverride = tenant
    ? {
        mode: "shadow",
        marked: [{ objectId: "6f1c9c8e-0b1d-4c55-9a55-3c1f0b7a2d11", kind: "vip", name: "Ruth Finch" }],
      }
    : ORG;
  const isAdmin = viewer.role === "admin" || viewer.role === "full-member";
  return {
    org: { id: "o-1", name: "Northgate IT" },
    tenant,
    policyVersion: tenant ? "2026-11-21+o4+t1" : "2026-11-21+o4",
    document: applyOverride(inherited, override),
    inherited,
    version: tenant ? 1 : 4,
    override,
    history: [
      { version: tenant ? 1 : 4, by: DAN, reason: "Partners of the firm are locked by two people only.", at: ago(12) },
    ],
    overrides: [{ tenant: { id: "t-harlow", name: "Harlow & Finch LLP" }, version: 1 }],
    tenants,
    killSwitch: { isOn: viewer.killSwitch !== null, by: DAN, at: ago(0.02), reason: "A mail rule of ours went wrong." },
    exceptions: [
      {
        id: "x-1",
        tenant: { id: "t-harlow", name: "Harlow & Finch LLP" },
        kind: "expected-travel",
        account: { objectId: "6f1c9c8e-0b1d-4c55-9a55-3c1f0b7a2d11", name: "ruth@harlowfinch.example" },
        countries: ["PT", "ES"],
        addresses: [],
        startsAt: ago(2),
        endsAt: ago(-5),
        reason: "Conference in Lisbon.",
        by: DAN,
      },
    ],
    may: { change: isAdmin, except: isAdmin, stop: true, release: isAdmin },
  };
}
