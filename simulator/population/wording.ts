import type { Json, SimUser } from "../state/types.ts";
import type { Session } from "./pen.ts";
import type { Company, Staff } from "./staff.ts";

/** Microsoft writes some failures that the stories of the simulator do not need. */
export const MORE_FAILURES: Record<number, [reason: string, logonError: string]> = {
  50034: ["The user account does not exist in the directory.", "UserAccountNotFound"],
  50072: ["User needs to enroll for second factor authentication.", "UserStrongAuthEnrollmentRequiredInterrupt"],
  53000: ["Device is not in required device state.", "DeviceNotCompliant"],
  65001: ["The user or administrator has not consented to use the application.", "DelegationDoesNotExist"],
  70044: [
    "The session has expired or is invalid due to sign-in frequency checks by conditional access.",
    "InvalidSession",
  ],
};

export const HIDDEN_RISK = { riskDetail: "none", riskLevelAggregated: "hidden", riskLevelDuringSignIn: "hidden" };

/** Risk as Identity Protection of a P2 tenant states it on the sign-in. */
export const risk = (company: Company, level: "low" | "medium" | "high", event: string): Json =>
  company.licence === "P2"
    ? { riskLevelDuringSignIn: level, riskLevelAggregated: level, riskState: "atRisk", riskEventTypes_v2: [event] }
    : {};

export const by = (staff: Staff, session: Session) => ({
  user: staff.user,
  ip: session.from.ip,
  userAgent: session.agent.userAgent,
});

export const userTarget = (user: SimUser) => ({
  id: user.id,
  type: "User" as const,
  name: user.displayName,
  upn: user.upn,
  puid: user.puid,
});
