import type { EventPage, EventRow, IncidentCard, PartnerCustomer, QueueItem, ScanView } from "#domain/view/portal.ts";
import { ago, DAY, inFuture } from "./clock.ts";
import { INCIDENTS, incidentById } from "./incidents.ts";
import { SCAN_START } from "./tenants.ts";

const row = (id: string, secondsAgo: number, over: Partial<EventRow>): EventRow => ({
  recordId: id,
  at: ago(secondsAgo),
  category: "exchange",
  operation: "MailItemsAccessed",
  what: "1 message in Inbox",
  outcome: "success",
  ip: "192.0.2.144",
  network: { asn: 64500, org: "Singtel", country: "SG", kind: "mobile" },
  userAgent: "Outlook-iOS/4.2",
  appName: "Outlook mobile",
  upn: "eleanor.whitcombe@harlowfinch.example",
  subject: null,
  sender: null,
  internetMessageId: null,
  verdict: "owner",
  verdictReason: null,
  isPhish: false,
  ...over,
});
const bad = {
  ip: "203.0.113.87",
  network: { asn: 64508, org: "Kelvara Hosting", country: "NL", kind: "hosting" as const },
  userAgent: "axios/1.7.9",
  verdict: "attacker" as const,
  verdictReason: "Address of the stolen session",
};

const EVENTS: EventRow[] = [
  row("r-310", 310, {
    ...bad,
    what: "3 messages in Inbox",
    ip: "198.51.100.23",
    network: { asn: 64510, org: "Halden Broadband", country: "GB", kind: "residential-proxy" },
  }),
  row("r-540", 540, {
    ...bad,
    operation: "Send",
    category: "email",
    what: "“Updated bank details” to 9 people",
    subject: "Updated bank details",
    sender: "eleanor.whitcombe@harlowfinch.example",
    internetMessageId: "<x1@harlowfinch.example>",
  }),
  row("r-600", 600, { category: "login", operation: "UserLoggedIn", what: "Teams on iPhone, known device" }),
  row("r-610", 610, { ...bad, operation: "New-InboundConnector", what: "Relay-EU1" }),
  row("r-780", 780, { ...bad, operation: "New-InboxRule", what: "Rule “.” moves “sort code”, “completion”" }),
  row("r-900", 900, {
    ...bad,
    category: "directory",
    operation: "Consent to application",
    what: "PDF Signer Pro: Mail.ReadWrite",
  }),
  row("r-1080", 1080, { ...bad, what: "214 messages in Inbox and Completions" }),
  row("r-1200", 1200, {
    ...bad,
    category: "login",
    operation: "UserLoggedIn",
    what: "Office 365 Portal, MFA by claim",
  }),
  row("r-1221", 1221, {
    ...bad,
    category: "login",
    operation: "UserLoginFailed",
    what: "Pending MFA Challenge",
    outcome: "challenge",
  }),
  row("r-1260", 1260, { category: "login", operation: "UserLoggedIn", what: "Outlook on iPhone, known device" }),
  row("r-1500", 1500, {
    operation: "Delivered",
    what: "Revised completion statement: 14 Kestrel Way",
    subject: "Revised completion statement: 14 Kestrel Way",
    sender: "docs@kestrel-completions.example",
    internetMessageId: "<c81@kestrel-completions.example>",
    verdict: "unclear",
    verdictReason: "Sender first seen",
    isPhish: true,
    ip: "192.0.2.201",
  }),
  row("r-1700", 1700, {
    operation: "Delivered",
    what: "Your invoice \u202Efdp.exe",
    subject: "Your invoice \u202Efdp.exe",
    sender: "billing@kestrel.example",
    internetMessageId: "<c82@kestrel.example>",
  }),
];
export function eventPage(tab: string): EventPage {
  const rows =
    tab === "all" || tab === ""
      ? EVENTS
      : tab === "login" || tab === "logins"
        ? EVENTS.filter((e) => e.category === "login")
        : EVENTS.filter((e) => e.category === tab);
  return { rows, nextCursor: null, total: rows.length };
}
export const exchangePage = (): EventPage => {
  const rows = EVENTS.filter((e) => e.subject !== null);
  return { rows, nextCursor: null, total: rows.length };
};

const WEEK = 7 * DAY;
const SCAN_SOURCES = [
  "Sign-ins",
  "Directory",
  "Exchange",
  "SharePoint",
  "Teams",
  "Apps and consents",
  "Sign-in details",
];
export function scanOf(tenant: { id: string; name: string }): ScanView {
  const cells: ScanView["cells"] = SCAN_SOURCES.flatMap((source, s) =>
    Array.from({ length: 26 }, (_, week) => {
      const oldest = 26 - week;
      const state =
        s === 6
          ? week < 21
            ? "not-recorded"
            : "done"
          : week < 5 && s !== 5
            ? "not-recorded"
            : week < 7 + s * 0.8 && s < 4
              ? "waiting"
              : week < 9 + s && s < 4
                ? "running"
                : s === 2 && week === 17
                  ? "failed"
                  : "done";
      return {
        source,
        windowStart: ago(oldest * WEEK),
        windowEnd: ago((oldest - 1) * WEEK),
        state,
        records:
          state === "done" ? Math.round(1000 + 9000 * Math.abs(Math.sin(week * 3 + s))) : state === "running" ? 900 : 0,
        reason:
          state === "not-recorded"
            ? "Audit logs were switched on 29 Jun"
            : state === "failed"
              ? "Throttled, next try 03:40"
              : null,
      } as ScanView["cells"][number];
    }),
  );
  const leftover = incidentById("i-leftover") as IncidentCard;
  return {
    id: "scan-1",
    tenant,
    kind: "scan",
    state: "running",
    from: ago(26 * WEEK),
    to: ago(0),
    startedAt: SCAN_START,
    completedAt: null,
    progress: 0.64,
    records: 8_410_000,
    recordsPerSecond: 412,
    estimateSeconds: 3 * 3600,
    cells,
    blindSpots: [
      "Before 29 Jun: audit logs were switched on that day. Older apps and consents are known only if they still exist.",
      "Sign-in details before 19 Oct: Microsoft keeps 30 days. Older sign-ins come from the audit log, without device.",
      "Opened messages of 41 users: their licence does not record them.",
      "Teams chats with people outside: kept by the other tenant.",
    ],
    findings: [leftover],
    targetedAccounts: [
      { upn: "office@oakhurst.example", attempts: 1204, countries: ["RU", "NG"] },
      { upn: "head@oakhurst.example", attempts: 711, countries: ["CN"] },
      { upn: "finance@oakhurst.example", attempts: 395, countries: ["BR", "VN"] },
    ],
  };
}

export const QUEUE: QueueItem[] = INCIDENTS.filter((i) => i.id === "i-approval" || i.id === "i-tom").map(
  (incident, index) => ({
    incident,
    org: { id: "o-1", name: "Northgate IT", isStopped: false },
    policyVersion: "2026-11-21+o4",
    needs: index === 0 ? (1 as const) : (2 as const),
    agreed: index === 0 ? [] : ["m-another"],
    dueAt: index === 0 ? inFuture(600) : null,
    otherwise: index === 0 ? ("ask-another" as const) : null,
    escalatedAt: null,
    would: null,
    claim: index === 0 ? null : { memberId: "m-another", name: "Priya Nair", at: ago(60) },
    questions: [],
    step: index === 0 ? "revoke-and-lock" : "revoke-and-lock",
    reason: "Confidence is below the floor for acting alone.",
    since: ago(48 + index * 90),
    wouldHappen: [
      "Revoke Sessions and Lock Account: 1 account, no admin role, cloud only",
      "Retract Phishing Emails: 6 mailboxes, 1 message each",
      "Disable Persistence Mechanisms: nothing found, inventory of 03:11",
    ],
    evidence: [
      { text: "Relay pattern: challenge and success 18 s apart", recordIds: [] },
      { text: "Agent node-fetch/3.3, never seen in this tenant", recordIds: [] },
      { text: "66 messages opened, search “remittance”", recordIds: [] },
    ],
    against: [
      { text: "He works at 03:00 on month-end, 2 of 3 last months", recordIds: [] },
      { text: "Fenwick's IT uses AS64509 for a backup job", recordIds: [] },
    ],
  }),
);

export const CUSTOMERS: PartnerCustomer[] = [
  {
    microsoftTenantId: "11111111-0000-4000-8000-000000000001",
    name: "Harlow & Finch LLP",
    gdap: "ready",
    gdapUntil: inFuture(300 * DAY),
    petraStatus: "Monitoring",
    tenantId: "t-harlow",
    isLegacy: false,
    emailPermission: true,
  },
  {
    microsoftTenantId: "11111111-0000-4000-8000-000000000002",
    name: "Rookley Timber",
    gdap: "ready",
    gdapUntil: inFuture(20 * DAY),
    petraStatus: "Not Protected",
    tenantId: null,
    isLegacy: false,
    emailPermission: true,
  },
  {
    microsoftTenantId: "11111111-0000-4000-8000-000000000003",
    name: "Stowe Clinics",
    gdap: "missing",
    gdapUntil: null,
    petraStatus: "Not Protected",
    tenantId: null,
    isLegacy: true,
    emailPermission: false,
  },
  {
    microsoftTenantId: "11111111-0000-4000-8000-000000000004",
    name: "Lindqvist Marine",
    gdap: "ready",
    gdapUntil: inFuture(100 * DAY),
    petraStatus: "Paused",
    tenantId: "t-lindqvist",
    isLegacy: false,
    emailPermission: true,
  },
];
