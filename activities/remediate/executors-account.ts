import type { Executor, Image } from "./executors.ts";

type AccountKind =
  | "revoke-sessions"
  | "disable-account"
  | "enable-account"
  | "set-password"
  | "reset-by-writeback"
  | "delete-mfa-method"
  | "remove-role-assignment"
  | "add-role-assignment"
  | "prepare-block-group"
  | "add-to-block-group"
  | "remove-from-block-group";

const isEnabled = (now: Image | null): boolean => now?.accountEnabled === true;

const readAccount: Executor["read"] = async (tenant, target) => {
  const user = await tenant.readUser(target.id);
  return {
    accountEnabled: user.accountEnabled,
    sessionsValidFrom: user.sessionsValidFrom,
    lastPasswordChangeAt: user.lastPasswordChangeAt,
  };
};

const readMethod: Executor["read"] = async (tenant, { head, rest }) => {
  const [kind, ...id] = rest.split("/");
  const method = (await tenant.listAuthMethods(head)).find((m) => m.kind === kind && m.id === id.join("/"));
  return method ? { kind: method.kind, name: method.name, createdAt: method.createdAt } : null;
};

/** Target rest: the role's id, or the assignment's. */
const readRole: Executor["read"] = async (tenant, { head, rest }) => {
  const roles = await tenant.listRoleAssignments(head);
  const role = roles.find((r) => r.roleId === rest || r.id === rest || r.name.toLowerCase() === rest.toLowerCase());
  return role ? { assignmentId: role.id, roleId: role.roleId, name: role.name } : null;
};

const asIds = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Target: group/user. */
const readMember: Executor["read"] = async (tenant, { head, rest }) =>
  (await tenant.isInGroup(head, rest)) ? { groupId: head } : null;

/** Writes on the account itself. Target: the user's object id, or user/kind/method, user/role, group/user. */
export const accountExecutors = {
  "revoke-sessions": {
    read: readAccount,
    // Clocks differ, so not "later than we sent it" but "moved since we looked".
    isDone: (now, before) => before !== null && now?.sessionsValidFrom !== before.sessionsValidFrom,
    send: (tenant, target) => tenant.revokeSessions(target.id),
  },
  "disable-account": {
    read: readAccount,
    isDone: (now) => now !== null && !isEnabled(now),
    send: (tenant, target) => tenant.setAccountEnabled(target.id, false),
  },
  "enable-account": {
    read: readAccount,
    isDone: isEnabled,
    send: (tenant, target) => tenant.setAccountEnabled(target.id, true),
  },
  "set-password": {
    read: readAccount,
    isDone: (now, before) => before !== null && now?.lastPasswordChangeAt !== before.lastPasswordChangeAt,
    send: async (tenant, target, _before, secret) => tenant.setPassword(target.id, await secret()),
  },
  "reset-by-writeback": {
    read: readAccount,
    // A change that is seen is no proof that it is ours: the operation tells, and it is read later.
    isDone: () => false,
    send: async (tenant, target, _before, secret) => tenant.resetByWriteback(target.id, await secret()),
  },
  "delete-mfa-method": {
    read: readMethod,
    isDone: (now) => now === null,
    send: (tenant, { head, rest }) => {
      const [kind = "", ...id] = rest.split("/");
      return tenant.deleteAuthMethod(head, kind, id.join("/"));
    },
  },
  "remove-role-assignment": {
    read: readRole,
    isDone: (now) => now === null,
    send: async (tenant, _target, before) => tenant.removeRoleAssignment(String(before?.assignmentId)),
  },
  "add-role-assignment": {
    read: readRole,
    isDone: (now) => now !== null,
    send: (tenant, { head, image }) => tenant.addRoleAssignment(head, String(image?.roleId)),
  },
  "prepare-block-group": {
    // It looks for what is there before it makes anything.
    read: async () => null,
    isDone: () => false,
    send: (tenant, { image }) => tenant.prepareBlockGroup(asIds(image?.emergencyObjectIds)),
  },
  "add-to-block-group": {
    read: readMember,
    isDone: (now) => now !== null,
    send: (tenant, { head, rest }) => tenant.addToGroup(head, rest),
  },
  "remove-from-block-group": {
    read: readMember,
    isDone: (now) => now === null,
    send: (tenant, { head, rest }) => tenant.removeFromGroup(head, rest),
  },
} satisfies Record<AccountKind, Executor>;
