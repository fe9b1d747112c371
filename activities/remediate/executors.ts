import type { M365Tenant, WriteOutcome } from "#activities/clients/m365/m365.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";
import { accountExecutors } from "./executors-account.ts";
import { appExecutors } from "./executors-apps.ts";
import { mailboxExecutors } from "./executors-mailbox.ts";

/** What stands at Microsoft, small enough for the ledger; null = not there. */
export type Image = Record<string, unknown>;

export type Target = {
  id: string;
  /** The parts of a compound id, split at the first slash: mailbox/rule, kind/connector, user/role. */
  head: string;
  rest: string;
  /** For a write that restores: what stood before the write it undoes, with what that write answered. */
  image: Image | null;
};

/** One kind of write: read the state, tell whether it is as wanted, send. Reading comes first, always (L5). */
export type Executor = {
  read(tenant: M365Tenant, target: Target): Promise<Image | null>;
  /** `before`: the stored before-image on a second look, null on the first. */
  isDone(now: Image | null, before: Image | null, target: Target): boolean;
  send(
    tenant: M365Tenant,
    target: Target,
    before: Image | null,
    secret: () => Promise<string>,
  ): Promise<WriteOutcome & { newId?: string }>;
};

/** Every kind of write has its executor; a new kind breaks the build until it has one (P19). */
export const EXECUTORS = {
  ...accountExecutors,
  ...mailboxExecutors,
  ...appExecutors,
} satisfies Record<ActionKind, Executor>;

export function targetOf(id: string, image: Image | null = null): Target {
  const slash = id.indexOf("/");
  return slash < 0
    ? { id, head: id, rest: "", image }
    : { id, head: id.slice(0, slash), rest: id.slice(slash + 1), image };
}
