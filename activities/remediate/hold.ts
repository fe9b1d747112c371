import type { ActionRow } from "#db/repos/action-ledger.ts";
import { noteTenant } from "#db/repos/tenant.ts";
import { type Case, inCase, type Order, type RemediateDeps } from "./case.ts";
import { write } from "./ledger.ts";
import { hasPartnerSignIn, lockByPassword } from "./writeback.ts";

const STEP = "revoke-and-lock";

/** Whether a lock lasts through directory synchronisation; `isPending`: done, and not seen at Microsoft yet. */
export type Hold = { kind: "holds" } | { kind: "pending" } | { kind: "open"; reason: string };

/**
 * A synced account is enabled again by the next synchronisation, so disabling it is no lock by itself. What lasts is a
 * Conditional Access policy that lets its members nowhere in; without one the mailbox's protocols are shut, the password is
 * replaced through writeback where a partner has signed in, and a person disables the account on-premises: that it is
 * done shows when a synchronisation has passed and left the account alone.
 */
export async function holdSynced(
  deps: RemediateDeps,
  c: Case,
  disabled: ActionRow,
  seen: { isDisabled: boolean; round: string },
): Promise<Hold> {
  const order = { by: disabled.actor, commandId: disabled.commandId ?? undefined };
  const group = await blockByGroup(deps, c, order);
  if (group.kind !== "open") return group;
  const protocols = await shutMailbox(deps, c, order);
  if (seen.isDisabled && (await hasSyncPassed(c, disabled))) return { kind: "holds" };
  const password = await replacePassword(deps, c, { step: STEP, order, round: seen.round });
  if (password === "holds") return { kind: "holds" };
  const why = [taskOf(c.account.upn), group.reason, protocols, password].filter((words) => words !== "");
  return { kind: "open", reason: why.join(" ") };
}

async function blockByGroup(deps: RemediateDeps, c: Case, order: Order): Promise<Hold> {
  const groupId = c.tenant.blockGroupId ?? (await prepare(deps, c, order));
  if (typeof groupId !== "string") return { kind: "open", reason: groupId.reason };
  const targetId = `${groupId}/${c.objectId}`;
  const request = {
    step: STEP,
    kind: "add-to-block-group",
    targetId,
    targetLabel: c.account.upn,
    order,
    continues: true,
  } as const;
  let added = await write(deps, c, request);
  if (added.kind === "gone") return { kind: "open", reason: "The block group is not there any more." };
  if (added.kind !== "done") return { kind: "open", reason: `The block group was refused: ${added.reason}` };
  const [isMember, isBlocking] = await Promise.all([
    c.m365.isInGroup(groupId, c.objectId),
    c.m365.isBlocking(groupId, c.objectId),
  ]);
  if (!isBlocking)
    return { kind: "open", reason: "Petra's Conditional Access policy is switched off, changed or deleted." };
  if (isMember) return { kind: "holds" };
  const age = deps.clock.now().getTime() - Date.parse(added.action.acceptedAt ?? added.action.plannedAt);
  if (age > LAG_MS) added = await write(deps, c, { ...request, isAgain: true });
  return { kind: "pending" };
}

/** Microsoft's replicas may show an old value this long after an accepted write. */
const LAG_MS = 120_000;

/** The group of a tenant that was onboarded without one: made under the order that locks. */
async function prepare(deps: RemediateDeps, c: Case, order: Order): Promise<string | { reason: string }> {
  const p1 = c.tenant.capabilities.find((capability) => capability.id === "p1");
  if (!p1?.ok) return { reason: "The tenant has no Entra ID P1, which a Conditional Access block needs." };
  const base = { step: STEP, targetId: c.m365.microsoftTenantId, targetLabel: c.tenant.name, order } as const;
  const image = { emergencyObjectIds: c.tenant.emergencyAccounts.map((one) => one.objectId) };
  const made = await write(deps, c, { ...base, kind: "prepare-block-group", image, continues: true });
  if (made.kind === "refused" || made.kind === "stopped") return { reason: `No group to block it by: ${made.reason}` };
  const groupId = made.action.after?.newId;
  if (typeof groupId !== "string") return { reason: "Microsoft did not say which group it made." };
  await inCase(deps, c, (tx) => noteTenant(tx, c.at.tenantId, { blockGroupId: groupId }));
  return groupId;
}

/** What became of it, in words. */
async function shutMailbox(deps: RemediateDeps, c: Case, order: Order): Promise<string> {
  if (c.account.mailboxKind === "none") return "";
  if (c.account.mailboxKind === "on-premises") return "The mailbox is on-premises: Petra cannot shut it.";
  const base = { step: STEP, targetId: c.objectId, targetLabel: c.account.upn, order, continues: true } as const;
  const shut = await write(deps, c, { ...base, kind: "disable-mailbox-protocols" });
  if (shut.kind === "done") return "Meanwhile the mailbox can be reached by no mail program.";
  return shut.kind === "gone" ? "" : `The mailbox could not be shut: ${shut.reason}`;
}

/** The last rung Petra can climb by itself: a partner's administrator may have the password replaced on-premises too. */
async function replacePassword(
  deps: RemediateDeps,
  c: Case,
  lock: Parameters<typeof lockByPassword>[2],
): Promise<string> {
  if (!(await hasPartnerSignIn(deps, c))) return "";
  const { holds, reason } = await lockByPassword(deps, c, lock);
  return holds ? "holds" : reason;
}

async function hasSyncPassed(c: Case, disabled: ActionRow): Promise<boolean> {
  const last = await c.m365.readLastDirectorySync();
  return last !== null && disabled.acceptedAt !== null && Date.parse(last) > Date.parse(disabled.acceptedAt);
}

/** The exact words for the person. */
const taskOf = (upn: string): string =>
  `The lock does not hold yet: directory synchronisation can enable the account again. On a domain controller run: Get-ADUser -Filter "UserPrincipalName -eq '${upn.replaceAll("'", "''")}'" | Disable-ADAccount. Then on the synchronisation server: Start-ADSyncSyncCycle -PolicyType Delta. Petra sees when it is done.`;
