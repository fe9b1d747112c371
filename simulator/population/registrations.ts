import type { Json } from "../state/types.ts";
import type { Intruder } from "./attacks/intruder.ts";
import type { Session } from "./pen.ts";
import type { Staff } from "./staff.ts";
import { userTarget } from "./wording.ts";

/** "User registered security info" in Graph, the service's "Update user." in the audit log. */
export function securityInfo(pen: Intruder["pen"], staff: Staff, session: Session, at: number, method: string): void {
  const { rng } = pen;
  const { user } = staff;
  pen.directoryAudit(at, {
    id: `Directory_${rng.uuid()}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`,
    category: "UserManagement",
    correlationId: rng.uuid(),
    result: "success",
    resultReason: `User registered ${method}`,
    activityDisplayName: "User registered security info",
    activityDateTime: new Date(at).toISOString(),
    loggedByService: "Authentication Methods",
    operationType: "Add",
    initiatedBy: {
      app: null,
      user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: session.from.ip },
    },
    targetResources: [
      { id: user.id, displayName: user.displayName, type: "User", userPrincipalName: user.upn, modifiedProperties: [] },
    ],
    additionalDetails: [{ key: "AuthenticationMethod", value: method }],
  });
  const service = {
    id: "b5a60e17-278b-4c92-a4e2-b9262e66bb28",
    name: "Azure MFA StrongAuthenticationService",
    appId: "b5a60e17-278b-4c92-a4e2-b9262e66bb28",
  };
  const type = method === "Phone" ? 5 : 6;
  pen.directory({
    at: at + 1_000,
    operation: "Update user.",
    category: "UserManagement",
    by: { app: service },
    target: userTarget(user),
    changes: [
      {
        name: "StrongAuthenticationMethod",
        from: '[{"MethodType":6,"Default":true}]',
        to: `[{"MethodType":6,"Default":true},{"MethodType":${type},"Default":false}]`,
      },
      { name: "Included Updated Properties", from: "", to: "StrongAuthenticationMethod" },
    ],
  });
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
  const { user } = staff;
  const id = rng.uuid();
  const deviceId = rng.uuid();
  const service = {
    app: {
      id: "74658136-14ec-4630-ad9b-26e160ff0fc6",
      name: "Device Registration Service",
      appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    },
  };
  const target = { id, type: "Device" as const, name };
  const details: Json = { loggedByService: "Core Directory" };
  pen.directory(
    {
      at,
      operation: "Add device.",
      category: "Device",
      by: service,
      target,
      changes: [
        { name: "DisplayName", from: "[]", to: JSON.stringify([name]) },
        { name: "DeviceOSType", from: "[]", to: JSON.stringify([os]) },
        { name: "DeviceTrustType", from: "[]", to: '["Workplace"]' },
        { name: "DeviceId.DeviceId", from: "", to: deviceId },
      ],
    },
    details,
  );
  for (const operation of ["Add registered owner to device.", "Add registered users to device."])
    pen.directory(
      {
        at: at + 900,
        operation,
        category: "Device",
        by: service,
        target: userTarget(user),
        changes: [
          { name: "Device.ObjectID", from: "", to: id },
          { name: "Device.DisplayName", from: "", to: name },
        ],
      },
      details,
    );
  pen.directoryAudit(at + 1_500, {
    id: `Directory_${rng.uuid()}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`,
    category: "Device",
    correlationId: rng.uuid(),
    result: "success",
    resultReason: "",
    activityDisplayName: "Register device",
    activityDateTime: new Date(at + 1_500).toISOString(),
    loggedByService: "Device Registration Service",
    operationType: "Add",
    initiatedBy: { app: null, user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: "" } },
    targetResources: [{ id, displayName: name, type: "Device", userPrincipalName: null, modifiedProperties: [] }],
    additionalDetails: [
      { key: "Device Id", value: deviceId },
      { key: "Device OS", value: `${os} (10.0.26100)` },
      { key: "Device Trust Type", value: "Azure AD registered" },
    ],
  });
  return { deviceId };
}
