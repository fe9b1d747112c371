import type { Rng } from "../random.ts";
import type { Json, SimUser } from "../state/types.ts";
import type { DirectoryChange } from "./directory.ts";

/** What "User registered security info" is called for each kind of method. */
export type MethodName = "Phone" | "Authenticator App";

const auditId = (rng: Rng): string =>
  `Directory_${rng.uuid()}_${rng.letters(5).toUpperCase()}_${rng.int(10_000_000, 99_999_999)}`;

const target = (user: SimUser) => ({
  id: user.id,
  type: "User" as const,
  name: user.displayName,
  upn: user.upn,
  puid: user.puid,
});

/** "User registered security info": only Graph's directory audits have it. */
export function securityInfoAudit(rng: Rng, at: number, user: SimUser, ip: string, method: string): Json {
  return {
    id: auditId(rng),
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
      user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: ip },
    },
    targetResources: [
      { id: user.id, displayName: user.displayName, type: "User", userPrincipalName: user.upn, modifiedProperties: [] },
    ],
    additionalDetails: [{ key: "AuthenticationMethod", value: method }],
  };
}

/** The service's own "Update user." about the same registration, in both logs. */
export function strongAuthenticationChange(at: number, user: SimUser, method: string): DirectoryChange {
  const service = "b5a60e17-278b-4c92-a4e2-b9262e66bb28";
  const type = method === "Phone" ? 5 : 6;
  return {
    at: at + 1_000,
    operation: "Update user.",
    category: "UserManagement",
    by: { app: { id: service, name: "Azure MFA StrongAuthenticationService", appId: service } },
    target: target(user),
    changes: [
      {
        name: "StrongAuthenticationMethod",
        from: '[{"MethodType":6,"Default":true}]',
        to: `[{"MethodType":6,"Default":true},{"MethodType":${type},"Default":false}]`,
      },
      { name: "Included Updated Properties", from: "", to: "StrongAuthenticationMethod" },
    ],
  };
}

interface NewDevice {
  id: string;
  deviceId: string;
  name: string;
  os: string;
}

/** Device registration as the Device Registration Service has it written for a user, in both logs. */
export function deviceChanges(at: number, user: SimUser, device: NewDevice): DirectoryChange[] {
  const by = {
    app: {
      id: "74658136-14ec-4630-ad9b-26e160ff0fc6",
      name: "Device Registration Service",
      appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    },
  };
  return [
    {
      at,
      operation: "Add device.",
      category: "Device",
      by,
      target: { id: device.id, type: "Device", name: device.name },
      changes: [
        { name: "DisplayName", from: "[]", to: JSON.stringify([device.name]) },
        { name: "DeviceOSType", from: "[]", to: JSON.stringify([device.os]) },
        { name: "DeviceTrustType", from: "[]", to: '["Workplace"]' },
        { name: "DeviceId.DeviceId", from: "", to: device.deviceId },
      ],
    },
    ...["Add registered owner to device.", "Add registered users to device."].map((operation) => ({
      at: at + 900,
      operation,
      category: "Device",
      by,
      target: target(user),
      changes: [
        { name: "Device.ObjectID", from: "", to: device.id },
        { name: "Device.DisplayName", from: "", to: device.name },
      ],
    })),
  ];
}

/** "Register device": only Graph's directory audits have it. */
export function deviceServiceAudit(rng: Rng, at: number, user: SimUser, device: NewDevice): Json {
  return {
    id: auditId(rng),
    category: "Device",
    correlationId: rng.uuid(),
    result: "success",
    resultReason: "",
    activityDisplayName: "Register device",
    activityDateTime: new Date(at + 1_500).toISOString(),
    loggedByService: "Device Registration Service",
    operationType: "Add",
    initiatedBy: { app: null, user: { id: user.id, displayName: null, userPrincipalName: user.upn, ipAddress: "" } },
    targetResources: [
      { id: device.id, displayName: device.name, type: "Device", userPrincipalName: null, modifiedProperties: [] },
    ],
    additionalDetails: [
      { key: "Device Id", value: device.deviceId },
      { key: "Device OS", value: `${device.os} (10.0.26100)` },
      { key: "Device Trust Type", value: "Azure AD registered" },
    ],
  };
}
