import { describe, expect, it } from "vitest";
import type { TenantRow } from "#domain/view/portal.ts";
import { byNeed, tenantState } from "./tenant-state.ts";

const NOW = Date.parse("2026-11-18T12:00:00Z");
const tenant = (over: Partial<TenantRow>): TenantRow => ({
  id: "t",
  shortId: "t",
  microsoftTenantId: null,
  name: "Harlow",
  phase: "active",
  product: "monitoring",
  isScanOnly: false,
  responseEnabled: true,
  isDrill: false,
  isSensitive: false,
  scanProgress: null,
  trialEndsAt: null,
  baselineEndsAt: null,
  pausedAt: null,
  pausedReason: null,
  accessLostReason: null,
  users: 1,
  incidents30d: 0,
  openIncidents: 0,
  lastEventAt: null,
  coverage: [],
  capabilities: [],
  hasNotificationMethod: true,
  ...over,
});
const word = (over: Partial<TenantRow>): string => tenantState(tenant(over), NOW, (iso) => iso.slice(0, 10)).word;

describe("The state of a tenant in words", () => {
  it("says the most pressing thing first: lost access before the phase", () => {
    expect(word({ phase: "scanning", scanProgress: 0.5, accessLostReason: "GDAP expired" })).toBe(
      "Access lost, GDAP expired",
    );
  });

  it("names audit logs that are not recorded [R25]", () => {
    expect(word({ capabilities: [{ id: "audit-log", ok: false, reason: "off" }] })).toBe("Audit Logs Not Enabled");
  });

  it("never rounds a scan up to done", () => {
    expect(word({ phase: "scanning", scanProgress: 0.999 })).toBe("Scanning 99 %");
  });

  it("counts the days of the trial that are left, the begun one included", () => {
    expect(word({ phase: "trial", trialEndsAt: "2026-11-20T13:00:00Z" })).toBe("Trial, 3 days left");
    expect(word({ phase: "trial", trialEndsAt: "2026-11-18T13:00:00Z" })).toBe("Trial, 1 day left");
  });
});

describe("The order of the tenants", () => {
  it("is by need: an open incident, lost access, nobody told, the rest by name, paused ones last", () => {
    const rows = [
      tenant({ id: "paused", name: "A", phase: "paused" }),
      tenant({ id: "calm", name: "B" }),
      tenant({ id: "silent", name: "C", hasNotificationMethod: false }),
      tenant({ id: "lost", name: "D", accessLostReason: "x" }),
      tenant({ id: "attacked", name: "E", openIncidents: 1 }),
    ];
    expect(byNeed(rows).map((row) => row.id)).toEqual(["attacked", "lost", "silent", "calm", "paused"]);
  });
});
