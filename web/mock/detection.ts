import type {
  DetectionCatalogView,
  DetectionRow,
  FailedAttacksView,
  ImpactView,
  UncommonEntry,
  UncommonPage,
  UncommonRow,
} from "#domain/view/detection.ts";
import { ago, DAY } from "./clock.ts";
import { eventPage } from "./events.ts";

const period = { from: ago(30 * DAY), to: ago(0), days: 30 };
/** What an attacker may put into names and agents. */
const HOSTILE = "<img src=x onerror=alert(1)> “{{constructor}}” \u202efdp.exe";

const detection = (over: Partial<DetectionRow> & Pick<DetectionRow, "id" | "title" | "stage">): DetectionRow => ({
  severity: "high",
  looksFor: "A sign-in completed by a phishing page in between.",
  attack: [{ tactic: "TA0006", technique: "T1557" }],
  sources: [{ id: "sign-in-log", label: "Entra sign-in log", licence: "Entra ID P1" }],
  licence: "Entra ID P1",
  needs: ["address facts", "client facts"],
  knownGaps: ["A kit behind a residential proxy leaves only what he does afterwards"],
  falsePositives: ["A person on a private VPN who signs in anew"],
  runbook: ["Revoke sessions", "Look for the same address at other accounts"],
  fired: { signals: 0, incidents: 0, dismissed: 0, remediated: 0, uncommon: 0, lastAt: null },
  quality: null,
  ...over,
});

export const catalog = (tenant: DetectionCatalogView["tenant"]): DetectionCatalogView => ({
  tenant,
  tenants: tenant ? 1 : 13,
  period,
  detections: [
    detection({
      id: "aitm-sign-in",
      title: "Sign-in relayed by a phishing page",
      stage: "access",
      fired: { signals: 9, incidents: 4, dismissed: 1, remediated: 2, uncommon: 0, lastAt: ago(900) },
      quality: { precision: "91.7 %", interval: "64.6 % to 98.5 %", basis: "signals in incidents 12" },
    }),
    detection({
      id: "unfamiliar-sign-in",
      title: "Account used from an unfamiliar place",
      stage: "access",
      fired: { signals: 3, incidents: 2, dismissed: 0, remediated: 1, uncommon: 41, lastAt: ago(600) },
    }),
    detection({ id: "mail-read-in-bulk", title: "Mail read in bulk", stage: "act" }),
    detection({ id: "inbox-rule-hides-mail", title: "Inbox rule hides mail", stage: "foothold" }),
  ],
  qualityMeasured: "2026-11-19",
  unseen: tenant ? [{ source: "Entra sign-in log", reason: "No Entra ID P1 in this tenant" }] : [],
  own: {
    readAt: ago(4000),
    loaded: [
      {
        id: "sigma-rare-mailbox-export",
        title: "Mailbox exported outside of a case",
        severity: "high",
        kind: "sigma",
        file: "exchange/mailbox_export.yml",
        techniques: ["T1114.002"],
        decides: false,
        fired: { signals: 2, incidents: 1, dismissed: 0, remediated: 1, uncommon: 0, lastAt: ago(900) },
      },
      {
        id: "payroll-form",
        title: "Payroll form opened from abroad",
        severity: "medium",
        kind: "code",
        file: "payroll-form/detection.ts",
        techniques: [],
        decides: true,
        fired: { signals: 0, incidents: 0, dismissed: 0, remediated: 0, uncommon: 0, lastAt: null },
      },
    ],
    refused: [
      {
        file: "exchange/<img src=x onerror=alert(1)>.yml",
        title: "Odd rule",
        reason: "It counts how little there is, which is not supported.",
      },
    ],
  },
});

const uncommon = (id: string, over: Partial<UncommonRow>): UncommonRow => ({
  id,
  type: "proxy-and-data-center-use",
  label: "Proxy and Data Center Use",
  detection: null,
  upn: "tom.ashby@harlowfinch.example",
  displayName: "Tom Ashby",
  at: ago(3 * DAY),
  lastAt: ago(7_200),
  why: "Signed in through Kelvara Hosting, a data center in NL.",
  innocent: ["On a device the company manages", "A second factor was asked for and met"],
  country: "NL",
  networkKind: "hosting",
  network: "Kelvara Hosting",
  records: 6,
  ...over,
});
const UNCOMMON: UncommonRow[] = [
  uncommon("u-1", {}),
  uncommon("u-2", {
    type: "new-country",
    label: "New country outside the UK",
    displayName: "Eleanor Whitcombe",
    upn: "eleanor.whitcombe@harlowfinch.example",
    why: "Signed in from SG, a country this account was not seen in before, through Singtel.",
    country: "SG",
    networkKind: "mobile",
    network: "Singtel",
  }),
  uncommon("u-3", {
    type: "unusual-act",
    label: "Unusual act",
    detection: "Inbox rule hides mail",
    displayName: null,
    why: `A rule named ${HOSTILE}`,
    country: null,
    networkKind: null,
    network: null,
  }),
];

export const uncommonPage = (type: string | null): UncommonPage => ({
  period,
  types: [
    { type: "proxy-and-data-center-use", label: "Proxy and Data Center Use", count: 1 },
    { type: "new-country", label: "New country outside the UK", count: 1 },
    { type: "unusual-act", label: "Unusual act", count: 1 },
  ],
  rows: UNCOMMON.filter((row) => !type || row.type === type),
  total: UNCOMMON.length,
  nextPage: null,
  coverage: ["No Entra ID P1: sign-ins are known from the audit log alone"],
});

export function uncommonEntry(id: string): UncommonEntry | undefined {
  const row = UNCOMMON.find((entry) => entry.id === id);
  const cited = eventPage("login").rows.slice(0, 2);
  return row
    ? {
        ...row,
        tenant: { id: "t-harlow", name: "Harlow & Finch LLP" },
        account: { id: "acc-1", upn: row.upn, displayName: row.displayName, jobTitle: "Solicitor" },
        recordIds: cited.map((event) => event.recordId),
        events: cited,
        missing: 1,
      }
    : undefined;
}

export const failedAttacks = (tenant: { id: string; name: string }, kind: string | null): FailedAttacksView => {
  const rows: FailedAttacksView["rows"] = [
    {
      id: "fa-1",
      kind: "PASSWORD_SPRAY",
      from: ago(2 * DAY),
      to: ago(DAY),
      attempts: 412,
      accounts: 38,
      firstAccounts: ["tom.ashby@harlowfinch.example", `${HOSTILE}@harlowfinch.example`],
      countries: ["NL", "BR", "US"],
      origins: [
        { ip: "203.0.113.87", country: "NL", org: "Kelvara Hosting", kind: "hosting", attempts: 300 },
        { ip: "198.51.100.9", country: "BR", org: null, kind: "residential-proxy", attempts: 112 },
      ],
      tools: [],
    },
    {
      id: "fa-2",
      kind: "AITM_KIT",
      from: ago(5 * DAY),
      to: ago(5 * DAY),
      attempts: 3,
      accounts: 1,
      firstAccounts: ["eleanor.whitcombe@harlowfinch.example"],
      countries: ["US"],
      origins: [{ ip: "203.0.113.9", country: "US", org: "Kelvara Hosting", kind: "hosting", attempts: 3 }],
      tools: ["axios"],
    },
  ];
  return {
    tenant,
    period,
    attempts: 415,
    attacks: 2,
    byKind: [
      { kind: "PASSWORD_SPRAY", attacks: 1, attempts: 412, accounts: 38 },
      { kind: "AITM_KIT", attacks: 1, attempts: 3, accounts: 1 },
    ],
    byCountry: [
      { country: "NL", attempts: 300, addresses: 1 },
      { country: "BR", attempts: 112, addresses: 1 },
      { country: "US", attempts: 3, addresses: 1 },
    ],
    byDay: Array.from({ length: 31 }, (_, n) => ({
      day: ago((30 - n) * DAY).slice(0, 10),
      attempts: n === 28 ? 412 : n === 25 ? 3 : 0,
    })),
    tools: [{ name: "axios", attempts: 3 }],
    targeted: [
      {
        upn: "tom.ashby@harlowfinch.example",
        displayName: "Tom Ashby",
        attempts: 61,
        attacks: 1,
        kinds: ["PASSWORD_SPRAY"],
        countries: ["BR", "NL"],
        advice: "A second factor for every sign-in, and a password used nowhere else",
        incidentId: "i-tom",
      },
      {
        upn: `${HOSTILE}@harlowfinch.example`,
        displayName: null,
        attempts: 12,
        attacks: 1,
        kinds: ["PASSWORD_SPRAY"],
        countries: ["NL"],
        advice: "No account of this name: nothing to harden, the attacker guesses names",
        incidentId: null,
      },
    ],
    rows: rows.filter((row) => !kind || row.kind === kind),
    nextPage: null,
    coverage: ["The audit log is on since 2026-11-02: nothing before that day was recorded"],
  };
};

export const impact = (): ImpactView => ({
  counts: { accessed: 214, sent: 9, modified: 37, deleted: 9, files: 1 },
  mails: [
    {
      key: "<x1@harlowfinch.example>",
      subject: "Updated bank details",
      operations: ["Sent", "Deleted"],
      folder: "Sent Items",
      from: "eleanor.whitcombe@harlowfinch.example",
      to: ["client@example.net", "tom.ashby@harlowfinch.example"],
      hasAttachments: true,
      lastAt: ago(540),
      recordIds: ["r-540"],
      isSent: true,
    },
    {
      key: "<hostile@kestrel.example>",
      subject: HOSTILE,
      operations: ["Accessed"],
      folder: "Inbox",
      from: "docs@kestrel-completions.example",
      to: [],
      hasAttachments: false,
      lastAt: ago(1080),
      recordIds: ["r-1080"],
      isSent: false,
    },
    {
      key: "<nameless@kestrel.example>",
      subject: null,
      operations: ["Accessed"],
      folder: null,
      from: null,
      to: [],
      hasAttachments: false,
      lastAt: ago(1080),
      recordIds: ["r-1080"],
      isSent: false,
    },
  ],
  files: [
    {
      key: "/sites/finance/Completions.xlsx",
      name: "Completions.xlsx",
      path: "/sites/finance",
      operations: ["Downloaded"],
      lastAt: ago(700),
      recordIds: ["r-700"],
    },
  ],
  recipients: [
    { address: "client@example.net", isInternal: false, mails: 1, subjects: ["Updated bank details"], state: null },
    {
      address: "tom.ashby@harlowfinch.example",
      isInternal: true,
      mails: 1,
      subjects: ["Updated bank details"],
      state: "moved",
    },
  ],
  marked: { attacker: 241, owner: 74, unclear: 14 },
  completeness: [
    { text: "A folder was synchronised: every message in it counts as read.", isGap: true },
    { text: "1 messages are known by their id alone: no record names their subject.", isGap: true },
  ],
});
