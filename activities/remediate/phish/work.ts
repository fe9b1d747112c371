import type { M365Tenant } from "#activities/clients/m365/m365.ts";
import { M365Fault } from "#activities/clients/m365/m365.ts";
import type { OrderRow } from "#db/repos/order.ts";
import type { ReportedPhish } from "#db/repos/phish.ts";

/** How one order about a phish ended, or that it goes on after some seconds. */
export type PhishEnding =
  | { state: "done" | "failed"; reason?: string; result: Record<string, unknown> }
  | { state: "again"; inSeconds: number; result?: Record<string, unknown> };

export type PhishAt = { orgId: string; tenantId: string; phishId: string };
/** With the time from which it may be carried out. */
export type PhishOrder = OrderRow & { issuedAt: string };
export type PhishWork = { at: PhishAt; phish: ReportedPhish; order: PhishOrder; m365: M365Tenant };

/** A mailbox that could not be read or written now, with Microsoft's word. */
export type Unreached = { mailbox: string; words: string };

/** Faults that are the whole tenant's: nothing more is tried in it. */
export const isTenantFault = (error: unknown): boolean =>
  error instanceof M365Fault && (error.faultClass === "needs-consent" || error.faultClass === "tenant-gone");

export const namesOf = (names: string[]): string =>
  `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
