import { strike } from "../../state/faults.ts";
import { ROLE } from "../../state/identifiers.ts";
import type { PasswordReset } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, denied, notFound } from "../errors.ts";
import { json, userOf } from "./find.ts";
import type { GraphRoutes } from "./route.ts";

const PASSWORD_METHOD = "28c10230-6103-485e-b985-444c60001490";
const RESETTING_ROLES = new Set<string>([ROLE.privilegedAuthenticationAdministrator, ROLE.globalAdministrator]);
/** How long the on-premises directory takes to answer a reset that it is asked for. */
const WRITEBACK_MS = 5_000;

/** "Reset password": for a signed-in person only, never for an application; it ends later, in an operation. */
export function passwordResetRoutes(routes: GraphRoutes): void {
  routes.on(
    "post",
    "/users/:user/authentication/methods/:method/resetPassword",
    [["UserAuthenticationMethod.ReadWrite.All"]],
    resetPassword,
  );
  routes.on(
    "get",
    "/users/:user/authentication/operations/:operation",
    [["UserAuthenticationMethod.Read.All"], ["UserAuthenticationMethod.ReadWrite.All"]],
    (call) => {
      requirePerson(call);
      const user = userOf(call);
      const id = call.c.req.param("operation") ?? "";
      const operation = call.tenant.passwordResets?.find((one) => one.id === id && one.userId === user.id);
      if (!operation) throw notFound(id);
      return json(operationJson(operation));
    },
  );
}

/** Delegated rights only, of somebody the customer's relationship gives the role to. */
function requirePerson(call: Call): void {
  if (call.claims.idtyp !== "user" || !call.claims.wids.some((role) => RESETTING_ROLES.has(role))) throw denied();
}

function resetPassword(call: Call): Response {
  requirePerson(call);
  const user = userOf(call);
  if (call.c.req.param("method") !== PASSWORD_METHOD) throw notFound(call.c.req.param("method") ?? "");
  const { newPassword } = call.body();
  const isSynced = user.onPremisesSyncEnabled === true;
  if (isSynced && typeof newPassword !== "string")
    throw badRequest("A new password must be specified for a user whose password is managed on-premises.");
  const at = { method: "POST", path: call.c.env.virtualPath };
  const isStuck = strike(call.tenant, "writeback-stuck", at, call.world.rng) !== undefined;
  const isBanned = strike(call.tenant, "writeback-policy", at, call.world.rng) !== undefined;
  const operation: PasswordReset = {
    id: call.world.rng.uuid(),
    userId: user.id,
    by: call.claims.upn ?? call.claims.oid,
    createdAt: call.now,
    readyAt: isStuck ? null : call.now + WRITEBACK_MS,
    status: "notStarted",
    refusal:
      isSynced && call.tenant.passwordWriteback !== true
        ? "PasswordWritebackNotEnabled: password writeback is not enabled for this tenant."
        : isBanned
          ? "OnPremisesPolicyViolation: the password does not meet the on-premises password policy."
          : null,
  };
  call.tenant.passwordResets = [...(call.tenant.passwordResets ?? []), operation];
  call.effect({ effect: "ask for password reset", target: user.id, before: null, after: null, changed: true });
  const location = `https://graph.microsoft.com/v1.0/users/${user.id}/authentication/operations/${operation.id}`;
  return Response.json(
    { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.passwordResetResponse" },
    { status: 202, headers: { location, "retry-after": "5" } },
  );
}

const operationJson = (operation: PasswordReset) => ({
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('user')/authentication/operations/$entity",
  id: operation.id,
  createdDateTime: new Date(operation.createdAt).toISOString(),
  lastActionDateTime: new Date(operation.readyAt ?? operation.createdAt).toISOString(),
  status: operation.status,
  statusDetail: operation.status === "failed" ? operation.refusal : null,
  resourceLocation: null,
});
