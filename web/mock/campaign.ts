import type { CampaignLine, CampaignMember, CampaignView, ManyAnswer } from "#domain/view/campaign.ts";
import type { CrossTenantView, PhishPreviewView, PhishTenantView } from "#domain/view/phish.ts";
import { ago } from "./clock.ts";
import { INCIDENTS } from "./incidents.ts";
import { DAN } from "./people.ts";

const MEMBERS = ["i-unpublished", "i-asked", "i-lock", "i-persistence", "i-approval"];

function members(): CampaignMember[] {
  return INCIDENTS.filter((one) => MEMBERS.includes(one.id))
    .map((one) => ({
      incident: one,
      organization: "Northgate IT",
      isPrivileged: one.id === "i-approval",
      planVersion: one.planVersion,
      handles: ["203.0.113.87"],
      steps: one.steps.map((step) => ({
        id: step.id,
        state: step.state,
        allowed: step.allowed,
        blockedBecause: step.blockedBecause,
      })),
    }))
    .sort((a, b) => Number(a.incident.contained) - Number(b.incident.contained));
}

const firstOf = (values: string[]): string => values.toSorted()[0] ?? "";

function lineOf(of: CampaignMember[]): CampaignLine {
  const cards = of.map((member) => member.incident);
  const open = cards.filter((card) => card.status === "open");
  return {
    id: cards[0]?.id ?? "",
    incidentIds: cards.map((card) => card.id),
    accounts: cards.length,
    tenants: new Set(cards.map((card) => card.tenant.id)).size,
    organizations: ["Northgate IT"],
    open: open.length,
    notContained: open.filter((card) => !card.contained).length,
    unpublished: open.filter((card) => !card.isPublished).length,
    firstAt: firstOf(cards.map((card) => card.occurredAt)),
    lastAt: firstOf(cards.map((card) => card.detectedAt)),
    handles: [
      { kind: "address", value: "203.0.113.87", incidents: 4 },
      { kind: "phish", value: "no-reply@qkzmwte-docs.example remittance advice 418", incidents: 3 },
      { kind: "kit", value: "axios as64508", incidents: 2 },
    ],
  };
}

export const campaignLines = (incidentId?: string | null): CampaignLine[] =>
  [lineOf(members())].filter((line) => !incidentId || line.incidentIds.includes(incidentId));

/** The orders the mock was given over many incidents, newest first. */
const ORDERS: CampaignView["orders"] = [];

export function campaignView(id: string): CampaignView | undefined {
  const of = members();
  if (!of.some((member) => member.incident.id === id)) return undefined;
  return { ...lineOf(of), members: of, orders: ORDERS };
}

export function decideMock(body: Record<string, unknown>): ManyAnswer {
  const input = body.input as { kind: "publish"; step?: "revoke-and-lock" };
  const parts = (body.incidents as { id: string }[]).map(({ id }, n) => ({
    incidentId: id,
    commandId: crypto.randomUUID(),
    state: n === 0 ? ("refused" as const) : ("running" as const),
    reason: n === 0 ? "The incident is already published." : null,
  }));
  const orderId = String(body.orderId);
  ORDERS.unshift({ id: orderId, kind: input.kind, step: input.step ?? null, by: DAN, at: ago(0), parts });
  return { orderId, parts };
}

const MAIL = { sender: "no-reply@qkzmwte-docs.example", subject: "Remittance advice 418" };
const copy = (
  mailbox: string,
  values: Partial<PhishTenantView["copies"][number]> = {},
): PhishTenantView["copies"][number] => ({
  id: crypto.randomUUID(),
  mailbox,
  ...MAIL,
  receivedAt: ago(10800),
  matchedBy: "message-id",
  why: "The same message.",
  state: "found",
  error: null,
  isNeverTouch: false,
  ...values,
});
const order = (kind: "find-phish" | "retract-mail", values: Partial<PhishTenantView["look"] & object> = {}) => ({
  commandId: crypto.randomUUID(),
  kind,
  state: "done" as const,
  reason: null,
  at: ago(300),
  progress: null,
  ...values,
});
const tenant = (id: string, name: string, values: Partial<PhishTenantView>): PhishTenantView => ({
  tenant: { id, name },
  isOwn: false,
  look: order("find-phish"),
  act: null,
  copies: [],
  ...values,
});

export const PHISH: CrossTenantView = {
  id: "7c1f4b1e-2a44-4a0b-9a63-0a1c6d0d5d10",
  tenant: { id: "t-harlow", name: "Harlow Legal" },
  incidentId: null,
  internetMessageId: "<418@qkzmwte-docs.example>",
  ...MAIL,
  fingerprintState: "read",
  by: DAN,
  createdAt: ago(360),
  tenants: [
    tenant("t-oakhurst", "Oakhurst Dental", {
      copies: [
        copy("reception@oakhurst.example"),
        copy("i.bell@oakhurst.example"),
        copy("practice@oakhurst.example", { isNeverTouch: true }),
      ],
    }),
    tenant("t-lindqvist", "Lindqvist Marine", {
      copies: [
        copy("accounts@lindqvist.example", {
          matchedBy: "fingerprint",
          why: "Same sender and subject, and the same link (qkzmwte-docs.example/s).",
        }),
        copy("o.lindqvist@lindqvist.example", { state: "moved" }),
      ],
      act: order("retract-mail", { progress: { done: 1, total: 1 } }),
    }),
    tenant("t-thornbury", "Thornbury Care Homes", {
      look: order("find-phish", {
        state: "failed",
        reason:
          "Petra has lost its access to the tenant (token: AADSTS700016). Give consent again, then repeat this step.",
      }),
    }),
    tenant("t-seabrook", "Seabrook Veterinary", { look: order("find-phish", { state: "running" }) }),
    tenant("t-harlow", "Harlow Legal", { isOwn: true }),
  ],
  orders: [],
};

/** The same with an order that waits for a second person. */
export function waitingPhish(isMine: boolean): CrossTenantView {
  const chosen = PHISH.tenants.slice(0, 2).flatMap((one) => one.copies.filter((mail) => mail.state === "found"));
  return {
    ...PHISH,
    orders: [
      {
        id: "5b0f7f0e-8f3c-4b7a-8f55-6f2f3f0f7a11",
        act: "retract",
        state: "waiting",
        mails: 3,
        mailboxes: 3,
        tenants: [
          { id: "t-oakhurst", name: "Oakhurst Dental" },
          { id: "t-lindqvist", name: "Lindqvist Marine" },
        ],
        matchIds: chosen.map((mail) => mail.id),
        previewHash: "a".repeat(64),
        needsSecond: true,
        notBefore: null,
        by: DAN,
        at: ago(240),
        expiresAt: ago(-1560),
        answeredBy: null,
        answeredAt: null,
        reason: null,
        isMine,
      },
    ],
  };
}

export function previewMock(body: Record<string, unknown>): PhishPreviewView {
  const ids = body.matchIds as string[];
  const tenants = PHISH.tenants.flatMap((one) => {
    const of = one.copies.filter((mail) => ids.includes(mail.id));
    return of.length > 0
      ? [{ ...one.tenant, mails: of.length, mailboxes: of.length, responseEnabled: one.tenant.id === "t-oakhurst" }]
      : [];
  });
  return {
    act: body.act === "restore" ? "restore" : "retract",
    hash: "a".repeat(64),
    mails: ids.length,
    mailboxes: ids.length,
    tenants,
    leftOut: [],
    needsSecond: tenants.length > 1,
    mayWaitInstead: false,
  };
}
