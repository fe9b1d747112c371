import { asList, asRows, asText, parseObject } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant, M365User } from "./m365.ts";
import { M365Fault } from "./m365.ts";

/** Asked for by name: the default property set lacks accountEnabled, userType, licences and the sync flag. */
const USER_PROPERTIES = [
  "id",
  "userPrincipalName",
  "mail",
  "displayName",
  "jobTitle",
  "userType",
  "accountEnabled",
  "onPremisesSyncEnabled",
  "assignedLicenses",
  "createdDateTime",
  "lastPasswordChangeDateTime",
  "signInSessionsValidFromDateTime",
].join(",");

const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

type UserDoor = Pick<
  M365Tenant,
  | "listUsers"
  | "readUser"
  | "readRoles"
  | "countEnabledGlobalAdmins"
  | "readMailboxKind"
  | "revokeSessions"
  | "setAccountEnabled"
  | "setPassword"
>;

/** Users, their roles and the three writes on an account, each a request of its own ("Update user", "revokeSignInSessions"). */
export function userDoor(graph: Graph): UserDoor {
  const path = (objectId: string) => `/users/${segment(objectId)}`;
  const readUser = async (objectId: string): Promise<M365User> =>
    toUser(await graph.get({ path: path(objectId), query: { $select: USER_PROPERTIES } }));

  return {
    readUser,
    async *listUsers() {
      const query = { $select: USER_PROPERTIES, $top: "999" };
      for await (const page of graph.pages({ path: "/users", query })) yield page.rows.map(toUser);
    },
    async readRoles(objectId) {
      const rows = await graph.all({
        path: `${path(objectId)}/transitiveMemberOf`,
        query: { $select: "id,displayName", $top: "999" },
      });
      return rows
        .filter((row) => row["@odata.type"] === "#microsoft.graph.directoryRole")
        .map((row) => asText(row.displayName) ?? String(row.id));
    },
    async countEnabledGlobalAdmins() {
      const roles = await graph.all({ path: "/directoryRoles" });
      const role = roles.find((row) => row.roleTemplateId === GLOBAL_ADMINISTRATOR);
      if (!role) return 0;
      const members = await graph.all({ path: `/directoryRoles/${segment(String(role.id))}/members` });
      const people = members.filter((row) => row["@odata.type"] === "#microsoft.graph.user");
      const users = await Promise.all(people.map((row) => readUser(String(row.id))));
      return users.filter((user) => user.accountEnabled).length;
    },
    async readMailboxKind(objectId) {
      try {
        const settings = await graph.get({ path: `${path(objectId)}/mailboxSettings`, lane: { mailbox: objectId } });
        return ["shared", "room", "equipment"].includes(String(settings.userPurpose)) ? "shared" : "user";
      } catch (error) {
        if (!(error instanceof M365Fault) || error.code !== "MailboxNotEnabledForRESTAPI") throw error;
        const user = await readUser(objectId);
        return user.isSynced && user.mail ? "on-premises" : "none";
      }
    },
    revokeSessions: (objectId) => graph.write({ method: "POST", path: `${path(objectId)}/revokeSignInSessions` }),
    setAccountEnabled: (objectId, enabled) =>
      graph.write({ method: "PATCH", path: path(objectId), body: { accountEnabled: enabled } }),
    setPassword: (objectId, password) =>
      graph.write(
        {
          method: "PATCH",
          path: path(objectId),
          body: {
            passwordProfile: {
              password,
              forceChangePasswordNextSignIn: true,
              forceChangePasswordNextSignInWithMfa: false,
            },
          },
        },
        {
          byCode: {
            Authorization_RequestDenied:
              "Assign Petra's application the role User Administrator (Privileged Authentication Administrator where the account is an administrator)",
            Request_BadRequest:
              "The password of a synced or federated account is set on-premises or at the identity provider",
          },
        },
      ),
  };
}

function toUser(row: Record<string, unknown>): M365User {
  return {
    objectId: String(row.id),
    upn: String(row.userPrincipalName ?? ""),
    mail: asText(row.mail) ?? null,
    displayName: asText(row.displayName) ?? null,
    jobTitle: asText(row.jobTitle) ?? null,
    userType: asText(row.userType) ?? null,
    accountEnabled: row.accountEnabled === true,
    // null = never synced, false = once synced: only true is mastered on-premises.
    isSynced: row.onPremisesSyncEnabled === true,
    licenseSkuIds: asRows(row.assignedLicenses).flatMap((license) => asText(license.skuId) ?? []),
    createdAt: asText(row.createdDateTime) ?? null,
    lastPasswordChangeAt: asText(row.lastPasswordChangeDateTime) ?? null,
    sessionsValidFrom: asText(row.signInSessionsValidFromDateTime) ?? null,
  };
}

/** A page of log records with the body exactly as received. */
export const rawRecords = (text: string): unknown[] => asList(parseObject(text)?.value);
