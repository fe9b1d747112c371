import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365Tenant, WriteOutcome } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { Fixes } from "./writes.ts";

const PASSWORD_METHOD = "28c10230-6103-485e-b985-444c60001490";
const SIGN_IN_AGAIN = "Sign in again as the partner's administrator under Add Tenant";
const FIXES: Fixes = {
  byCode: {
    Authorization_RequestDenied:
      "Give the partner's group the role Privileged Authentication Administrator in the GDAP relationship of this customer",
    NoPartnerSignIn: SIGN_IN_AGAIN,
  },
};

/**
 * "resetPassword" of the password method: only for a signed-in person, so it goes out as the partner's administrator. It
 * is taken at once and ends later, in an operation; the on-premises directory may still refuse it.
 */
export function writebackDoor(graph: Graph): Pick<M365Tenant, "resetByWriteback" | "readPasswordReset"> {
  return {
    async resetByWriteback(objectId, newPassword) {
      const path = `/users/${segment(objectId)}/authentication/methods/${PASSWORD_METHOD}/resetPassword`;
      const outcome = await graph.write({ method: "POST", path, body: { newPassword } }, FIXES).catch(signInProblem);
      if (outcome.kind !== "accepted" || outcome.detail?.operationId) return outcome;
      return { kind: "unknown", reason: "Microsoft named no operation", requestId: outcome.requestId };
    },
    async readPasswordReset(objectId, operationId) {
      const path = `/users/${segment(objectId)}/authentication/operations/${segment(operationId)}`;
      try {
        const operation = await graph.get({ path });
        const status = asText(operation.status);
        if (status === "failed")
          return { state: "failed", reason: asText(operation.statusDetail) ?? "no reason given" };
        return { state: status === "succeeded" ? "succeeded" : "running" };
      } catch (error) {
        if (!(error instanceof M365Fault) || error.faultClass === "retry") throw error;
        return { state: "unreadable", reason: error.message };
      }
    },
  };
}

/** A sign-in that is gone is no loss of the tenant: Petra's own access goes on. */
function signInProblem(error: unknown): WriteOutcome {
  if (!(error instanceof M365Fault) || error.faultClass === "retry") throw error;
  const { message, requestId } = error;
  const code = error.code ?? "PartnerSignIn";
  return { kind: "refused", code, reason: `${message}.`, fix: SIGN_IN_AGAIN, requestId };
}
