import { graphTime, ualTime } from "../clock.ts";
import type { Rng } from "../random.ts";
import type { Address } from "../scenarios/networks.ts";
import type { Device, Json, SimUser, Tenant } from "../state/types.ts";
import { riskMembers } from "./risk.ts";

export interface Agent {
  userAgent: string;
  os: string;
  browser: string;
}

export interface SignInSpec {
  at: number;
  user: SimUser;
  from: Address;
  agent: Agent;
  app: { id: string; name: string };
  resource: { appId: string; name: string };
  interactive: boolean;
  errorCode: number;
  sessionId: string;
  correlationId?: string;
  device?: Device | null;
  /** How the second factor stood: not asked, answered now, or satisfied by an earlier claim. */
  mfa: "none" | "completed" | "claim";
  clientAppUsed?: string;
  requestType?: string;
  uniqueTokenId: string;
  /** The tokens came from a code typed on another machine. */
  deviceCode?: boolean;
  /** The client proved itself with the token of a registered device. */
  byDeviceToken?: boolean;
}

/** Entra error numbers as both logs name them. */
const FAILURES: Record<number, { reason: string; logonError: string }> = {
  50053: {
    reason: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    logonError: "IdsLocked",
  },
  50055: { reason: "Invalid password, entered expired password.", logonError: "InvalidPasswordExpiredPassword" },
  50057: {
    reason: "User account is disabled. The account has been disabled by an administrator.",
    logonError: "UserDisabled",
  },
  50074: { reason: "Strong Authentication is required.", logonError: "UserStrongAuthClientAuthNRequiredInterrupt" },
  50076: {
    reason:
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
    logonError: "UserStrongAuthClientAuthNRequired",
  },
  50126: {
    reason: "Error validating credentials due to invalid username or password.",
    logonError: "InvalidUserNameOrPassword",
  },
  50140: {
    reason: "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
    logonError: "KmsiInterrupt",
  },
  50199: {
    reason: "For security reasons, user confirmation is required for this request.",
    logonError: "CmsiInterrupt",
  },
  50173: {
    reason: "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    logonError: "FreshTokenNeeded",
  },
  53003: {
    reason: "Access has been blocked by Conditional Access policies.",
    logonError: "BlockedByConditionalAccess",
  },
  500121: {
    reason: "Authentication failed during strong authentication request.",
    logonError: "AuthenticationFailedSasError",
  },
};

export const newTokenId = (rng: Rng): string => Buffer.from(rng.hex(32), "hex").toString("base64url");

const TRUST = {
  Workplace: "Azure AD registered",
  AzureAd: "Azure AD joined",
  ServerAd: "Hybrid Azure AD joined",
} as const;

/** The sign-in as Graph beta shows it; v1.0 is a selection of these members. */
export function graphSignIn(tenant: Tenant, id: string, correlationId: string, spec: SignInSpec): Json {
  const failure = FAILURES[spec.errorCode];
  const { device, from, user } = spec;
  return {
    id,
    createdDateTime: graphTime(spec.at),
    userDisplayName: user.displayName,
    userPrincipalName: user.upn.toLowerCase(),
    userId: user.id,
    appId: spec.app.id,
    appDisplayName: spec.app.name,
    ipAddress: from.ip,
    clientAppUsed: spec.clientAppUsed ?? (spec.interactive ? "Browser" : "Mobile Apps and Desktop clients"),
    userAgent: spec.agent.userAgent,
    correlationId,
    conditionalAccessStatus: spec.errorCode === 53003 ? "failure" : "notApplied",
    appliedConditionalAccessPolicies: [],
    isInteractive: spec.interactive,
    ...riskMembers(tenant, null),
    resourceDisplayName: spec.resource.name,
    resourceId: spec.resource.appId,
    homeTenantId: tenant.id,
    resourceTenantId: tenant.id,
    status: {
      errorCode: spec.errorCode,
      failureReason: failure?.reason ?? (spec.errorCode === 0 ? "Other." : "Unknown failure."),
      additionalDetails:
        spec.errorCode === 0 && spec.mfa === "completed"
          ? "MFA completed in Azure AD"
          : spec.mfa === "claim"
            ? "MFA requirement satisfied by claim in the token"
            : null,
    },
    deviceDetail: {
      deviceId: device?.deviceId ?? "",
      displayName: device?.displayName ?? "",
      operatingSystem: spec.agent.os,
      browser: spec.agent.browser,
      isCompliant: device?.isCompliant ?? false,
      isManaged: device?.isManaged ?? false,
      trustType: device ? TRUST[device.trustType] : "",
    },
    location: {
      city: from.city,
      state: from.state,
      countryOrRegion: from.country,
      geoCoordinates: { altitude: null, latitude: from.latitude, longitude: from.longitude },
    },
    signInEventTypes: [spec.interactive ? "interactiveUser" : "nonInteractiveUser"],
    userType: user.userType === "Guest" ? "guest" : "member",
    authenticationRequirement:
      spec.mfa === "none" && ![50074, 50076, 500121].includes(spec.errorCode)
        ? "singleFactorAuthentication"
        : "multiFactorAuthentication",
    authenticationProtocol: protocolOf(spec),
    autonomousSystemNumber: from.asn,
    incomingTokenType: spec.byDeviceToken ? "primaryRefreshToken" : spec.interactive ? "none" : "refreshToken",
    originalTransferMethod: spec.deviceCode ? "deviceCodeFlow" : "none",
    crossTenantAccessType: "none",
    uniqueTokenIdentifier: spec.uniqueTokenId,
    sessionId: spec.sessionId,
    flaggedForReview: false,
  };
}

function protocolOf(spec: SignInSpec): string {
  if (spec.deviceCode) return "deviceCode";
  return spec.clientAppUsed === "Authenticated SMTP" ? "ropc" : "none";
}

/** The same sign-in as the unified audit log shows it: its Id is the id of the Graph sign-in. */
export function ualSignIn(tenant: Tenant, id: string, correlationId: string, spec: SignInSpec): Json {
  const { user, device } = spec;
  const ok = spec.errorCode === 0;
  const requestType =
    spec.requestType ??
    (spec.interactive ? (spec.errorCode === 50140 ? "Kmsi:kmsi" : "OAuth2:Authorize") : "OAuth2:Token");
  return {
    CreationTime: ualTime(spec.at),
    Id: id,
    Operation: ok ? "UserLoggedIn" : "UserLoginFailed",
    OrganizationId: tenant.id,
    RecordType: 15,
    ResultStatus: "Success",
    UserKey: user.id,
    UserType: 0,
    Version: 1,
    Workload: "AzureActiveDirectory",
    ClientIP: spec.from.ip,
    ObjectId: spec.resource.appId,
    UserId: user.upn,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: "ResultStatusDetail", Value: ok ? "Success" : spec.errorCode === 50140 ? "Redirect" : "UserError" },
      { Name: "UserAgent", Value: spec.agent.userAgent },
      ...(spec.mfa === "completed"
        ? [{ Name: "UserAuthenticationMethod", Value: "268435457" }]
        : [{ Name: "UserAuthenticationMethod", Value: "1" }]),
      { Name: "RequestType", Value: requestType },
    ],
    ModifiedProperties: [],
    Actor: [
      { ID: user.id, Type: 0 },
      { ID: user.upn, Type: 5 },
    ],
    ActorContextId: tenant.id,
    ActorIpAddress: spec.from.ip,
    InterSystemsId: correlationId,
    IntraSystemId: id,
    SupportTicketId: "",
    Target: [{ ID: spec.resource.appId, Type: 0 }],
    TargetContextId: tenant.id,
    ApplicationId: spec.app.id,
    DeviceProperties: [
      ...(device
        ? [
            { Name: "Id", Value: device.deviceId },
            { Name: "DisplayName", Value: device.displayName },
          ]
        : []),
      { Name: "OS", Value: spec.agent.os },
      { Name: "BrowserType", Value: spec.agent.browser },
      ...(device ? [{ Name: "IsCompliant", Value: device.isCompliant ? "True" : "False" }] : []),
      { Name: "IsCompliantAndManaged", Value: device?.isCompliant && device.isManaged ? "True" : "False" },
      ...(device
        ? [
            {
              Name: "TrustType",
              Value: device.trustType === "Workplace" ? "0" : device.trustType === "AzureAd" ? "1" : "2",
            },
          ]
        : []),
      { Name: "SessionId", Value: spec.sessionId },
    ],
    ErrorNumber: String(spec.errorCode),
    ...(ok ? {} : { LogonError: FAILURES[spec.errorCode]?.logonError ?? "Unknown" }),
  };
}
