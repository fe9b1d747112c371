import {
  deviceChanges,
  deviceServiceAudit,
  securityInfoAudit,
  strongAuthenticationChange,
} from "../records/registration.ts";
import type { Intruder } from "./attacks/intruder.ts";
import type { Session } from "./pen.ts";
import type { Staff } from "./staff.ts";

/** "User registered security info" in Graph, the service's "Update user." in the audit log. */
export function securityInfo(pen: Intruder["pen"], staff: Staff, session: Session, at: number, method: string): void {
  pen.directoryAudit(at, securityInfoAudit(pen.rng, at, staff.user, session.from.ip, method));
  pen.directory(strongAuthenticationChange(at, staff.user, method));
}

/** Device registration as the Device Registration Service writes it for a user. */
export function registerDevice(
  pen: Intruder["pen"],
  staff: Staff,
  at: number,
  name: string,
  os = "Windows",
): { deviceId: string } {
  const { rng } = pen;
  const device = { id: rng.uuid(), deviceId: rng.uuid(), name, os };
  for (const change of deviceChanges(at, staff.user, device))
    pen.directory(change, { loggedByService: "Core Directory" });
  pen.directoryAudit(at + 1_500, deviceServiceAudit(rng, at, staff.user, device));
  return { deviceId: device.deviceId };
}
