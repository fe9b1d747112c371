import { REMEDIATION_STEPS, type RemediationStepId } from "#domain/remediation/steps.ts";
import type {
  ActionView,
  ArtifactView,
  IncidentView,
  PhishView,
  StepPanelItem,
  TimelineRow,
} from "#domain/view/portal.ts";
import { ago, DAY, HOUR, inFuture, MINUTE } from "./clock.ts";
import { DAN, RESPONSE, SYSTEM } from "./people.ts";
import { tenantById } from "./tenants.ts";

type StepPatch = Partial<Record<RemediationStepId, Partial<StepPanelItem>>>;

/** Steps in order; the first patch-less ones are waiting and blocked by the one before. */
export function steps(patch: StepPatch): StepPanelItem[] {
  return REMEDIATION_STEPS.map((step, index) => ({
    id: step.id,
    number: index + 1,
    label: step.label,
    description: step.description,
    state: "waiting",
    authority: null,
    decision: null,
    allowed: false,
    blockedBecause: index === 0 ? null : `First: ${REMEDIATION_STEPS[index - 1]?.label}.`,
    askedAt: null,
    acceptedAt: null,
    verifiedAt: null,
    residualUntil: null,
    actor: null,
    reason: null,
    progress: null,
    actions: [],
    ...patch[step.id],
  }));
}

export const action = (
  id: string,
  stepId: RemediationStepId,
  kind: ActionView["kind"],
  targetLabel: string,
  over: Partial<ActionView> = {},
): ActionView => ({
  id,
  stepId,
  kind,
  targetLabel,
  state: "verified",
  acceptedAt: ago(8 * MINUTE),
  verifiedAt: ago(7 * MINUTE),
  undoneAt: null,
  isUndoable: true,
  error: null,
  requestIds: ["7d1f3c5e-8a2b-4c1d-9e0f-112233445566"],
  ...over,
});

export const ARTIFACTS: ArtifactView[] = [
  {
    id: "a-rule",
    kind: "inbox-rule",
    name: ".",
    mailbox: "eleanor.whitcombe@harlowfinch.example",
    state: "active",
    byAttacker: true,
    why: "Made by the attacker's session at 02:57",
    effect: "Moves mail with “sort code”, “completion” to RSS Feeds. Disabled, it stays flagged.",
    offers: ["disable", "delete"],
    undoNote: "Can be undone",
  },
  {
    id: "a-grant",
    kind: "oauth-grant",
    name: "PDF Signer Pro",
    mailbox: null,
    state: "active",
    byAttacker: true,
    why: "Consented by the attacker's session",
    effect: "Mail.ReadWrite, offline_access. Tokens it holds work up to 1 h after Disable.",
    offers: ["disable"],
    undoNote: "Can be undone",
  },
  {
    id: "a-conn",
    kind: "inbound-connector",
    name: "Relay-EU1",
    mailbox: null,
    state: "active",
    byAttacker: true,
    why: "Made 4 minutes after the consent",
    effect: "Accepts mail from 198.51.100.23 as internal.",
    offers: ["disable", "delete"],
    undoNote: "Remove cannot be undone",
  },
  {
    id: "a-twin",
    kind: "inbox-rule",
    name: "Newsletters",
    mailbox: "eleanor.whitcombe@harlowfinch.example",
    state: "active",
    byAttacker: false,
    why: "Made by Eleanor in 2024 from her own laptop",
    effect: "Moves newsletters to a folder.",
    offers: [],
    undoNote: "",
  },
];

export const PHISH: PhishView = {
  id: "p-1",
  internetMessageId: "<c81@kestrel-completions.example>",
  subject: "Revised completion statement: 14 Kestrel Way",
  sender: "docs@kestrel-completions.example",
  direction: "received",
  taggedBy: SYSTEM,
  taggedAt: ago(20 * MINUTE),
  copies: Array.from({ length: 14 }, (_, index) => ({
    mailbox: `${["a.finch", "r.finch", "p.singh", "m.lowe", "office", "completions", "j.adeyemi", "t.brandt", "k.mills", "reception", "archive", "s.iqbal", "d.mora", "l.novak"][index]}@harlowfinch.example`,
    folder: "Inbox",
    state: "found" as const,
    error: null,
  })),
};

const line = (
  secondsAgo: number,
  category: TimelineRow["category"],
  verdict: TimelineRow["verdict"],
  text: string,
  source: string | null,
  count = 1,
): TimelineRow => ({ at: ago(secondsAgo), category, verdict, text, source, count, recordIds: [`r-${secondsAgo}`] });
const TIMELINE: TimelineRow[] = [
  line(1500, "exchange", "notable", "Phish delivered to 14 mailboxes: “Revised completion statement”", null),
  line(1260, "login", "owner", "Sign-in from Eleanor’s iPhone, her usual device", "Singapore, mobile"),
  line(
    1200,
    "login",
    "attacker",
    "Session stolen: MFA challenge relayed and answered in 21 s",
    "203.0.113.87 Rotterdam",
  ),
  line(1080, "exchange", "attacker", "214 messages opened in Inbox and Completions", "203.0.113.87", 214),
  line(900, "directory", "attacker", "Consent to “PDF Signer Pro”: Mail.ReadWrite, offline_access", "203.0.113.87"),
  line(780, "exchange", "attacker", "Inbox rule “.” created, hides mail about bank details", "203.0.113.87"),
  line(690, "login", "attacker", "Same session moves to a residential proxy", "198.51.100.23 London"),
  line(610, "exchange", "attacker", "Inbound connector “Relay-EU1” created", "198.51.100.23"),
  line(540, "email", "attacker", "9 messages sent, “Updated bank details”, then hard-deleted", "6 outside the firm", 9),
];
const SUPPLEMENT: TimelineRow[] = [
  line(400, "petra", "petra", "Contained: sessions revoked, sign-in blocked, read back", "by Dan Okafor"),
  line(310, "exchange", "attacker", "3 messages opened with a token issued before the lock", "residual", 3),
];

const STORY =
  "At 02:48 someone signed in as Eleanor with a session stolen through a copied sign-in page. In 17 minutes they opened 214 messages and wrote to 9 people about “updated bank details”.";
const OPEN = { state: "waiting" as const, allowed: true, blockedBecause: null };

export function incident(
  id: string,
  number: number,
  over: Partial<IncidentView> & { tenantId?: string; person?: string; patch?: StepPatch },
): IncidentView {
  const { tenantId = "t-harlow", person = "Eleanor Whitcombe", patch = {}, ...rest } = over;
  const tenant = tenantById(tenantId);
  const upn = `${person.toLowerCase().replace(" ", ".")}@${(tenant?.name ?? "x")
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .slice(0, 12)}.example`;
  const base: IncidentView = {
    id,
    number,
    tenant: { id: tenantId, name: tenant?.name ?? "", isDrill: false },
    account: { id: `acc-${id}`, upn, displayName: person },
    kind: "aitm",
    severity: "critical",
    confidence: 0.96,
    headline: "Session stolen, 9 false bank-detail mails sent. A rule, an app and a connector can act.",
    status: "open",
    isPublished: true,
    responseEnabled: tenant?.responseEnabled ?? false,
    contained: false,
    notContained: false,
    occurredAt: ago(1200),
    detectedAt: ago(1000),
    containedAt: null,
    remediatedAt: null,
    nextAction: null,
    stepsDone: 0,
    story: STORY,
    note: null,
    planVersion: 3,
    identity: {
      objectId: "5b6c7d8e-0000-4000-8000-1a2b3c4d5e6f",
      upn,
      mail: upn,
      displayName: person,
      jobTitle: "Practice Manager",
      accountEnabled: true,
      isSynced: false,
      isLicensed: true,
      roles: ["Exchange Administrator"],
      lastPasswordChangeAt: ago(90 * DAY),
    },
    clock: {
      firstAttackerAt: ago(1200),
      lastAttackerAt: ago(540),
      detectedAt: ago(1000),
      availableAt: ago(1027),
      ingestedAt: ago(1004),
      lockAcceptedAt: null,
      containedAt: null,
      residualUntil: null,
    },
    notContainedReason: null,
    why: {
      for: [
        { text: "MFA relayed: challenge and success 21 s apart from one unknown address", recordIds: ["r-1200"] },
        { text: "Two places at once: her iPhone was active in Singapore in the same minute", recordIds: ["r-1260"] },
        { text: "Datacenter never seen in this tenant, agent axios/1.7.9", recordIds: ["r-1200"] },
        { text: "Rule hides “sort code” 9 min later", recordIds: ["r-780"] },
      ],
      against: [
        {
          text: "She is travelling: in Singapore since Mon 16 Nov. Explains a new country, not two at once",
          recordIds: [],
        },
        { text: "A company VPN could look like this. None is known for the firm in 180 days", recordIds: [] },
      ],
      notVisible: [
        "The click: Safe Links is not licensed here",
        "What the app read: Graph activity logs are off",
        "After 03:08: Exchange records lag 6 min now",
      ],
    },
    signals: [
      {
        detection: "aitm-relay",
        title: "Relayed MFA",
        reason: "Challenge and success from one unknown address",
        at: ago(1200),
        recordIds: ["r-1200"],
        attack: ["T1557"],
      },
    ],
    attacker: {
      ips: ["203.0.113.87", "198.51.100.23"],
      asns: ["AS64508 Kelvara Hosting"],
      userAgents: ["axios/1.7.9"],
      sessions: ["5c1e07d2-a94f"],
      apps: ["PDF Signer Pro"],
    },
    impact: { accessed: 214, sent: 9, modified: 37, deleted: 9, accessSeconds: 999 },
    timeline: TIMELINE,
    steps: steps(patch),
    artifacts: ARTIFACTS,
    phish: [PHISH],
    commands: [],
    audit: [{ at: ago(980), actor: SYSTEM, action: "opened", text: "opened the incident" }],
    notifications: [{ channel: "email", recipient: "oncall@northgate.example", state: "sent", sentAt: ago(995) }],
    password: null,
    linked: null,
    hint: null,
    openThings: [],
    notable: null,
    questions: [],
  };
  return { ...base, ...rest };
}

const LOCKED = (id: string): Partial<StepPanelItem> => ({
  state: "verified",
  askedAt: ago(470),
  acceptedAt: ago(467),
  verifiedAt: ago(400),
  residualUntil: inFuture(449),
  actor: DAN,
  allowed: false,
  blockedBecause: null,
  actions: [
    action(`${id}-rev`, "revoke-and-lock", "revoke-sessions", "all sessions", { isUndoable: false }),
    action(`${id}-dis`, "revoke-and-lock", "disable-account", "sign-in of the account"),
  ],
});
const CONTAINED = { contained: true, containedAt: ago(400), timeline: [...TIMELINE, ...SUPPLEMENT] };
const clockOf = (residual: number | null) => ({
  firstAttackerAt: ago(1200),
  lastAttackerAt: ago(400),
  detectedAt: ago(1000),
  availableAt: ago(1027),
  ingestedAt: ago(1004),
  lockAcceptedAt: ago(467),
  containedAt: ago(400),
  residualUntil: residual === null ? null : inFuture(residual),
});
const RETRACTED: Partial<StepPanelItem> = {
  state: "verified",
  askedAt: ago(395),
  acceptedAt: ago(380),
  verifiedAt: ago(350),
  actor: DAN,
  blockedBecause: null,
  progress: { done: 14, total: 14 },
};
const PERSISTENCE_OFF: Partial<StepPanelItem> = {
  state: "verified",
  askedAt: ago(300),
  acceptedAt: ago(295),
  verifiedAt: ago(280),
  actor: DAN,
  blockedBecause: null,
  actions: [
    action("pa-1", "disable-persistence", "delete-inbox-rule", "Inbox rule “.”"),
    action("pa-2", "disable-persistence", "disable-service-principal", "PDF Signer Pro"),
    action("pa-3", "disable-persistence", "remove-connector", "Relay-EU1", { isUndoable: false }),
  ],
};
const GONE = ARTIFACTS.map((a) =>
  a.byAttacker ? { ...a, state: a.kind === "oauth-grant" ? ("disabled" as const) : ("deleted" as const) } : a,
);
const RESET: Partial<StepPanelItem> = {
  state: "verified",
  askedAt: ago(200),
  acceptedAt: ago(198),
  verifiedAt: ago(190),
  actor: DAN,
  blockedBecause: null,
};
const DONE_AUDIT = [
  { at: ago(60), actor: DAN, action: "mark-remediated", text: "marked as remediated" },
  { at: ago(120), actor: DAN, action: "reenable", text: "re-enabled the account" },
  { at: ago(190), actor: DAN, action: "reset", text: "reset the password" },
  { at: ago(280), actor: SYSTEM, action: "verified", text: "read back 3 artifacts" },
  { at: ago(305), actor: DAN, action: "refused", text: "disable all 3: refused, plan changed" },
  { at: ago(467), actor: SYSTEM, action: "accepted", text: "Microsoft took the lock" },
  { at: ago(480), actor: DAN, action: "published", text: "published the incident" },
];

export const INCIDENTS: IncidentView[] = [
  incident("i-unpublished", 1042, {
    isPublished: false,
    nextAction: "Publish Incident",
    patch: { "revoke-and-lock": { blockedBecause: "Publish the incident first." } },
  }),
  incident("i-asked", 1043, {
    person: "Priya Nair",
    nextAction: "Revoke Sessions and Lock Account",
    patch: { "revoke-and-lock": { state: "running", askedAt: ago(14), actor: DAN } },
    commands: [
      {
        id: "cmd-asked",
        kind: "run-step",
        step: "revoke-and-lock",
        state: "sent",
        reason: null,
        actor: DAN,
        issuedAt: ago(14),
        acceptedAt: null,
        finishedAt: null,
        result: null,
      },
    ],
  }),
  incident("i-lock", 1044, {
    person: "Owen Tait",
    nextAction: "Revoke Sessions and Lock Account",
    patch: { "revoke-and-lock": OPEN },
  }),
  incident("i-persistence", 1045, {
    ...CONTAINED,
    nextAction: "Disable Persistence Mechanisms (3)",
    stepsDone: 1,
    clock: clockOf(449),
    patch: {
      "revoke-and-lock": LOCKED("p"),
      "retract-phish": {
        state: "partly",
        allowed: true,
        blockedBecause: null,
        askedAt: ago(380),
        acceptedAt: ago(370),
        actor: DAN,
        progress: { done: 12, total: 14 },
      },
      "disable-persistence": OPEN,
      "reset-password": { blockedBecause: "The password is not reset while this can still act: “.”." },
    },
    phish: [
      {
        ...PHISH,
        copies: PHISH.copies.map((copy, index) => ({
          ...copy,
          state: index < 12 ? ("moved" as const) : index === 12 ? ("found" as const) : ("failed" as const),
          folder: index < 12 ? "Deleted Items" : "Inbox",
          error: index === 13 ? "Mailbox busy, next try in 40 s" : null,
        })),
      },
    ],
  }),
  incident("i-password", 1046, {
    ...CONTAINED,
    person: "Marta Kowal",
    stepsDone: 4,
    nextAction: "Re-enable Account",
    artifacts: GONE,
    clock: clockOf(0),
    password: { secretId: "s-1", expiresAt: inFuture(HOUR), forMemberId: "m-dan" },
    patch: {
      "revoke-and-lock": { ...LOCKED("w"), residualUntil: ago(30) },
      "retract-phish": RETRACTED,
      "disable-persistence": PERSISTENCE_OFF,
      "reset-password": RESET,
      "reenable-account": OPEN,
    },
  }),
  incident("i-close", 1047, {
    ...CONTAINED,
    person: "Joel Brandt",
    stepsDone: 5,
    nextAction: "Mark as Remediated",
    clock: clockOf(0),
    artifacts: ARTIFACTS.map((a) =>
      a.id === "a-rule" ? { ...a, state: "disabled" as const } : a.byAttacker ? { ...a, state: "deleted" as const } : a,
    ),
    openThings: [{ key: "a-rule", text: ". is disabled, not deleted" }],
    patch: {
      "revoke-and-lock": { ...LOCKED("c"), residualUntil: ago(30) },
      "retract-phish": {
        state: "skipped",
        blockedBecause: null,
        reason: "The client asked to keep the mails as evidence",
        actor: DAN,
        askedAt: ago(390),
      },
      "disable-persistence": PERSISTENCE_OFF,
      "reset-password": RESET,
      "reenable-account": {
        ...RESET,
        actions: [action("c-en", "reenable-account", "enable-account", "sign-in of the account")],
      },
      "mark-remediated": OPEN,
    },
  }),
  incident("i-tom", 1041, {
    ...CONTAINED,
    tenantId: "t-bramley",
    person: "Tom Ashby",
    stepsDone: 3,
    nextAction: "Reset Password",
    responseEnabled: true,
    clock: clockOf(200),
    headline:
      "Token replayed from a hosting network. Petra locked the account in 74 s and removed one rule. Nothing was sent.",
    severity: "high",
    identity: {
      objectId: "x",
      upn: "tom.ashby@bramley.example",
      mail: null,
      displayName: "Tom Ashby",
      jobTitle: "Dentist",
      accountEnabled: false,
      isSynced: false,
      isLicensed: true,
      roles: [],
      lastPasswordChangeAt: null,
    },
    impact: { accessed: 12, sent: 0, modified: 0, deleted: 0, accessSeconds: 74 },
    artifacts: GONE.slice(0, 1),
    phish: [],
    patch: {
      "revoke-and-lock": { ...LOCKED("t"), actor: RESPONSE },
      "retract-phish": { state: "not-applicable", blockedBecause: null, reason: "No mail of the attacker was found." },
      "disable-persistence": {
        ...PERSISTENCE_OFF,
        actor: RESPONSE,
        actions: [action("t-1", "disable-persistence", "delete-inbox-rule", "Inbox rule “..”")],
      },
      "reset-password": OPEN,
    },
  }),
  incident("i-approval", 1048, {
    tenantId: "t-bramley",
    person: "Daniel Frost",
    responseEnabled: true,
    confidence: 0.58,
    severity: "medium",
    nextAction: "Waiting for approval",
    headline: "Someone reads Daniel's mail from a hosting network while his laptop works in Leeds.",
    patch: {
      "revoke-and-lock": {
        state: "awaiting-approval",
        authority: "ask",
        decision: {
          answer: "ask",
          cause: "confidence",
          reason: "The confidence is 58 %, below 75 %.",
          policyVersion: "2026-11-21+o4",
          decidedAt: ago(240),
          would: null,
          dueAt: inFuture(600),
          otherwise: "ask-another",
          escalatedAt: null,
        },
        askedAt: ago(48),
        reason: "Confidence is below the floor for acting alone.",
      },
    },
  }),
  incident("i-synced", 1049, {
    tenantId: "t-harlow",
    person: "Svc Scan",
    notContained: true,
    notContainedReason:
      "Directory sync switched the account on again at 03:09. Petra blocks it again every minute until it holds; disable it in the on-premises directory too.",
    nextAction: "Retract Phishing Emails",
    stepsDone: 0,
    clock: { ...clockOf(null), containedAt: null },
    identity: {
      objectId: "x",
      upn: "svc.scan@harlowfinch.example",
      mail: null,
      displayName: "Svc Scan",
      jobTitle: null,
      accountEnabled: true,
      isSynced: true,
      isLicensed: true,
      roles: [],
      lastPasswordChangeAt: null,
    },
    patch: {
      "revoke-and-lock": {
        state: "accepted",
        askedAt: ago(470),
        acceptedAt: ago(467),
        actor: DAN,
        reason: "Re-asserted 3 times",
        actions: [
          action("s-1", "revoke-and-lock", "disable-account", "sign-in of the account", {
            state: "failed",
            error: "Read back: accountEnabled is true again",
            verifiedAt: null,
          }),
        ],
      },
      "retract-phish": { ...OPEN },
      "disable-persistence": { ...OPEN },
    },
  }),
  incident("i-leftover", 1040, {
    tenantId: "t-oakhurst",
    person: "Gareth Pugh",
    kind: "leftover-persistence",
    severity: "high",
    confidence: 0.99,
    nextAction: "Disable Persistence Mechanisms (1)",
    headline:
      "The scan found a rule from August that still sends invoices to an outside address. The compromise itself ended on 29 Aug.",
    hint: "This comes back because the rule was disabled, not deleted. Delete Rule clears it for good.",
    stepsDone: 0,
    occurredAt: ago(90 * DAY),
    phish: [],
    artifacts: [
      {
        ...(ARTIFACTS[0] as ArtifactView),
        id: "a-old",
        name: "inv",
        mailbox: "gareth.pugh@oakhurst.example",
        effect: "Forwards mail with “invoice” to an outside address.",
        why: "Made 27 Aug by a session that was the attacker's",
      },
    ],
    patch: {
      "revoke-and-lock": { state: "not-applicable", blockedBecause: null, reason: "Nobody is inside now." },
      "retract-phish": { state: "not-applicable", blockedBecause: null, reason: "Nothing to retract." },
      "disable-persistence": OPEN,
    },
  }),
  incident("i-done", 1031, {
    ...CONTAINED,
    person: "Amara Osei",
    status: "remediated",
    remediatedAt: ago(60),
    stepsDone: 6,
    clock: clockOf(0),
    artifacts: GONE,
    audit: DONE_AUDIT,
    story:
      "Someone used Amara’s stolen session for 17 minutes before the account was locked. They opened 217 messages and wrote to 9 people about “updated bank details”. Every way back in is closed and was read back.",
    commands: [
      {
        id: "cmd-r",
        kind: "run-step",
        step: "disable-persistence",
        state: "refused",
        reason: "Plan changed: the targets are no longer those that were shown. Look again.",
        actor: DAN,
        issuedAt: ago(310),
        acceptedAt: null,
        finishedAt: ago(305),
        result: null,
      },
    ],
    patch: {
      "revoke-and-lock": { ...LOCKED("d"), residualUntil: ago(30) },
      "retract-phish": RETRACTED,
      "disable-persistence": PERSISTENCE_OFF,
      "reset-password": RESET,
      "reenable-account": { ...RESET, verifiedAt: ago(120) },
      "mark-remediated": {
        state: "verified",
        verifiedAt: ago(60),
        acceptedAt: ago(60),
        askedAt: ago(61),
        actor: DAN,
        blockedBecause: null,
      },
    },
  }),
];
export const incidentById = (id: string): IncidentView | undefined => INCIDENTS.find((row) => row.id === id);
