import type { Mailbox, SimUser } from "../../state/types.ts";
import type { Call } from "../call.ts";

export type Parameters = Record<string, unknown>;

export interface Cmdlet {
  writes: boolean;
  /** Accepted parameter names; anything else is refused. */
  parameters: readonly string[];
  run(call: Call, parameters: Parameters): object[];
}

/** An Exchange refusal; becomes the nested error body of the admin API. */
export class CmdletError extends Error {
  readonly code: "NotFound" | "BadRequest";
  readonly type: string;

  constructor(code: "NotFound" | "BadRequest", message: string, type: string) {
    super(message);
    this.code = code;
    this.type = type;
  }
}

export const objectNotFound = (identity: unknown): CmdletError =>
  new CmdletError(
    "NotFound",
    `The operation couldn't be performed because object '${identity}' couldn't be found on 'LO4P265A04DC001.GBRP265A004.PROD.OUTLOOK.COM'.`,
    "ManagementObjectNotFoundException",
  );

export const isTrue = (value: unknown): boolean =>
  value === true || value === "True" || value === "true" || value === "$true";

/** A mailbox by Entra id, mailbox guid, UPN or address. */
export function mailboxByIdentity(call: Call, identity: unknown): { user: SimUser; mailbox: Mailbox } {
  const wanted = String(identity ?? "").toLowerCase();
  const user = call.tenant.users.find(
    (u) =>
      u.mailbox &&
      (u.id === wanted ||
        u.mailbox.guid === wanted ||
        u.upn.toLowerCase() === wanted ||
        u.mail?.toLowerCase() === wanted),
  );
  if (!user?.mailbox) throw objectNotFound(identity);
  return { user, mailbox: user.mailbox };
}
