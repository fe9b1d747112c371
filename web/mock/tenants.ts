import type { TenantRow } from "#domain/view/portal.ts";
import { ago, DAY, HOUR, inFuture } from "./clock.ts";

const SOURCES = ["Entra", "Exchange", "SharePoint", "Teams", "Directory", "Apps"];
type State = TenantRow["coverage"][number]["state"];
const LETTERS: Record<string, State> = { o: "ok", l: "late", b: "blind", w: "waiting", p: "partial" };
const coverage = (letters: string, delay: number): TenantRow["coverage"] =>
  SOURCES.map((source, index) => {
    const state = LETTERS[letters[index] ?? "o"] ?? "ok";
    return {
      source,
      state,
      delaySeconds: state === "blind" || state === "waiting" ? null : state === "late" ? delay * 9 : delay,
      reason: state === "blind" ? "not recorded by Microsoft" : null,
    };
  });

function tenant(id: string, name: string, over: Partial<TenantRow>): TenantRow {
  return {
    id,
    name,
    shortId: id.slice(0, 6),
    microsoftTenantId: "00000000-0000-4000-8000-000000000000",
    phase: "active",
    product: "monitoring",
    isScanOnly: false,
    responseEnabled: true,
    isSensitive: false,
    isDrill: false,
    scanProgress: null,
    trialEndsAt: null,
    baselineEndsAt: null,
    pausedAt: null,
    pausedReason: null,
    accessLostReason: null,
    users: 100,
    incidents30d: 0,
    openIncidents: 0,
    lastEventAt: ago(20),
    coverage: coverage("oooooo", 41),
    capabilities: [],
    hasNotificationMethod: true,
    ...over,
  };
}

export const TENANTS: TenantRow[] = [
  tenant("t-harlow", "Harlow & Finch LLP", {
    responseEnabled: false,
    users: 142,
    incidents30d: 6,
    openIncidents: 6,
    lastEventAt: ago(38),
    coverage: coverage("oooobo", 41),
  }),
  tenant("t-bramley", "Bramley Dental Group", {
    users: 318,
    incidents30d: 3,
    openIncidents: 2,
    lastEventAt: ago(12),
    coverage: coverage("oooooo", 37),
  }),
  tenant("t-oakhurst", "Oakhurst Schools", {
    phase: "scanning",
    scanProgress: 0.64,
    users: 603,
    incidents30d: 1,
    openIncidents: 1,
    lastEventAt: ago(17),
    coverage: coverage("oooooo", 39),
  }),
  tenant("t-thornbury", "Thornbury Care Homes", {
    accessLostReason: "GDAP expired",
    users: 511,
    lastEventAt: ago(4 * DAY),
    coverage: coverage("bbbbbb", 0),
  }),
  tenant("t-seabrook", "Seabrook Veterinary", {
    responseEnabled: false,
    users: 58,
    lastEventAt: ago(70),
    coverage: coverage("obbbbb", 44),
    capabilities: [{ id: "audit-log", ok: false, reason: "Audit logging is switched off in Purview" }],
  }),
  tenant("t-marlowe", "Marlowe Estates", {
    responseEnabled: false,
    users: 77,
    lastEventAt: ago(21),
    coverage: coverage("oooolo", 41),
    hasNotificationMethod: false,
  }),
  tenant("t-calder", "Calder Valley Logistics", {
    users: 264,
    incidents30d: 1,
    lastEventAt: ago(9),
    coverage: coverage("oooooo", 40),
  }),
  tenant("t-pemberton", "Pemberton Architects", {
    phase: "trial",
    trialEndsAt: inFuture(9 * DAY),
    users: 34,
    lastEventAt: ago(52),
    coverage: coverage("oooolo", 41),
  }),
  tenant("t-wexcombe", "Wexcombe Surveyors", {
    phase: "trial",
    product: "scan-only",
    isScanOnly: true,
    trialEndsAt: inFuture(2 * DAY),
    users: 19,
    lastEventAt: ago(33),
    coverage: coverage("oooooo", 38),
  }),
  tenant("t-ashdown", "Ashdown Dental", {
    phase: "baselining",
    baselineEndsAt: inFuture(2 * DAY),
    users: 46,
    lastEventAt: ago(28),
    coverage: coverage("oooooo", 40),
  }),
  tenant("t-penrose", "Penrose Foods", {
    phase: "scanning",
    scanProgress: 0.12,
    responseEnabled: false,
    users: 208,
    lastEventAt: ago(19),
    coverage: coverage("ooowww", 41),
  }),
  tenant("t-lindqvist", "Lindqvist Marine", {
    phase: "paused",
    pausedAt: ago(16 * DAY),
    pausedReason: "Scan-only ended",
    responseEnabled: false,
    users: 21,
    lastEventAt: ago(16 * DAY),
    coverage: coverage("bbbbbb", 0),
  }),
  tenant("t-fenwick", "Fenwick Freight", {
    phase: "consent",
    microsoftTenantId: null,
    users: 0,
    lastEventAt: null,
    coverage: [],
    responseEnabled: true,
  }),
];
export const tenantById = (id: string): TenantRow | undefined => TENANTS.find((row) => row.id === id);
export const SCAN_START = ago(8 * HOUR);
