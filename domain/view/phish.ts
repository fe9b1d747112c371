import type { Actor } from "#domain/access/actor.ts";
import type { CommandState } from "#domain/command/command.ts";
import type { FingerprintState, MatchedBy, MatchState, PhishAct, PhishOrderState } from "#domain/phish/phish.ts";
import type { LeftOut } from "#domain/phish/preview.ts";

type Named = { id: string; name: string };

/** One copy of the phish in one mailbox. Text of the mail is raw: the portal shows it through show(). */
export type PhishCopyView = {
  id: string;
  mailbox: string;
  sender: string | null;
  subject: string;
  receivedAt: string | null;
  matchedBy: MatchedBy;
  why: string;
  state: MatchState;
  error: string | null;
  isNeverTouch: boolean;
};

/** How one tenant's part of an order stands. */
export type TenantOrderView = {
  commandId: string;
  kind: "find-phish" | "retract-mail" | "restore-mail";
  state: CommandState;
  reason: string | null;
  at: string;
  progress: { done: number; total: number } | null;
};

export type PhishTenantView = {
  tenant: Named;
  /** Where the phish was found first. */
  isOwn: boolean;
  look: TenantOrderView | null;
  act: TenantOrderView | null;
  copies: PhishCopyView[];
};

/** An order over copies in one or many tenants, shown to whom sees all of its tenants. */
export type PhishOrderView = {
  id: string;
  act: PhishAct;
  state: PhishOrderState;
  mails: number;
  mailboxes: number;
  tenants: Named[];
  matchIds: string[];
  previewHash: string;
  needsSecond: boolean;
  /** For an organization of one person: not before this time. */
  notBefore: string | null;
  by: Actor;
  at: string;
  expiresAt: string;
  answeredBy: Actor | null;
  answeredAt: string | null;
  reason: string | null;
  isMine: boolean;
};

export type CrossTenantView = {
  id: string;
  tenant: Named;
  incidentId: string | null;
  internetMessageId: string;
  sender: string | null;
  subject: string | null;
  fingerprintState: FingerprintState;
  by: Actor;
  createdAt: string;
  /** Only tenants the viewer may see. */
  tenants: PhishTenantView[];
  orders: PhishOrderView[];
};

/** What an order over the chosen copies would do, before anything is done. */
export type PhishPreviewView = {
  act: PhishAct;
  hash: string;
  mails: number;
  mailboxes: number;
  tenants: (Named & { mails: number; mailboxes: number; responseEnabled: boolean })[];
  leftOut: { id: string; mailbox: string; why: LeftOut }[];
  needsSecond: boolean;
  /** True where nobody else of the organization could agree: waiting 15 minutes is offered instead. */
  mayWaitInstead: boolean;
};

export type NeverTouchView = { mailboxObjectId: string; mailbox: string; reason: string; by: Actor; at: string };
