import type { M365Tenant, RawPage } from "#activities/clients/m365/m365.ts";
import type { EventSource } from "#domain/event/event.ts";
import type { Capability } from "#domain/tenant/phases.ts";

export type SourcePage = RawPage & { contentCreated?: string };
export type Source = {
  /** Name in watermarks and coverage. */
  id: string;
  eventSource: EventSource;
  /** Longest window Microsoft answers in one piece, hours. */
  windowHours: number;
  /** Microsoft has kept it this long. */
  keptDays: number;
  /** Read again behind the watermark, minutes: records arrive late. */
  overlapMinutes: number;
  /** Not asked more often than this, ms: Microsoft allows its reporting API five requests in ten seconds. */
  leastEveryMs: number;
  /** Why it cannot be read in this tenant; undefined when it can. */
  blockedBy(capabilities: Capability[]): string | undefined;
  read(tenant: M365Tenant, window: { since: string; until: string }): AsyncIterable<SourcePage>;
};

/** Three sources, one page each, and room for a second page. */
const REPORTING_EVERY_MS = 8_000;

const reasonWithout = (capabilities: Capability[], id: Capability["id"]): string | undefined => {
  const found = capabilities.find((c) => c.id === id);
  return found && !found.ok ? found.reason : undefined;
};

const signIns = (id: string, interactive: boolean): Source => ({
  id,
  eventSource: "sign-in",
  windowHours: 24,
  keptDays: 30,
  overlapMinutes: 10,
  leastEveryMs: REPORTING_EVERY_MS,
  blockedBy: (capabilities) => reasonWithout(capabilities, "p1"),
  read: (tenant, window) => tenant.signIns({ ...window, interactive }),
});

const feed = (contentType: string): Source => ({
  id: contentType,
  eventSource: "ual",
  windowHours: 24,
  keptDays: 7,
  overlapMinutes: 10,
  leastEveryMs: 0,
  blockedBy: (capabilities) => reasonWithout(capabilities, "audit-log"),
  read: (tenant, window) => tenant.activityFeed({ ...window, contentType }),
});

/** What the collector polls. */
export const POLLED_SOURCES: readonly Source[] = [
  signIns("sign-ins", true),
  signIns("sign-ins-non-interactive", false),
  {
    id: "directory-audits",
    eventSource: "directory-audit",
    windowHours: 24,
    keptDays: 30,
    overlapMinutes: 10,
    leastEveryMs: REPORTING_EVERY_MS,
    blockedBy: () => undefined,
    read: (tenant, window) => tenant.directoryAudits(window),
  },
  feed("Audit.AzureActiveDirectory"),
  feed("Audit.Exchange"),
  feed("Audit.SharePoint"),
  feed("Audit.General"),
];
