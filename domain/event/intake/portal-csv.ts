import type { Raw } from "../normalize/raw.ts";

/** The portal's own sign-in download ("Date (UTC)", "Request ID" …) as a sign-in. */
export function portalSignIn(row: Record<string, string>): Raw {
  const get = (...names: string[]): string =>
    names.map((n) => row[n.toLowerCase()]).find((v) => v !== undefined && v !== "") ?? "";
  const [city = "", region = "", country = ""] = get("Location")
    .split(",")
    .map((p) => p.trim());
  return {
    id: get("Request ID"),
    createdDateTime: get("Date (UTC)"),
    userPrincipalName: get("Username", "User principal name"),
    userDisplayName: get("User"),
    userId: get("User ID"),
    appDisplayName: get("Application"),
    appId: get("Application ID"),
    ipAddress: get("IP address"),
    clientAppUsed: get("Client app"),
    userAgent: get("User agent"),
    correlationId: get("Correlation ID"),
    uniqueTokenIdentifier: get("Unique token identifier"),
    resourceDisplayName: get("Resource"),
    authenticationRequirement: get("Authentication requirement"),
    status: {
      errorCode: get("Sign-in error code") || (/^success$/i.test(get("Status")) ? "0" : ""),
      failureReason: get("Failure reason"),
    },
    location: { city, state: region, countryOrRegion: country },
    deviceDetail: {
      deviceId: get("Device ID"),
      operatingSystem: get("Operating System"),
      browser: get("Browser"),
      isCompliant: get("Compliant"),
      isManaged: get("Managed"),
      trustType: get("Join Type"),
    },
  };
}

const TARGETS = 10;
const PROPERTIES = 40;

/** The portal's download of the audit log: targets and their changed properties spread over numbered columns. */
export function portalAudit(row: Record<string, string>): Raw {
  const get = (...names: string[]): string =>
    names.map((n) => row[n.toLowerCase()]).find((v) => v !== undefined && v !== "") ?? "";
  const targetResources: Raw[] = [];
  for (let t = 1; t <= TARGETS; t++) {
    const name = (part: string): string => get(`Target${t}${part}`);
    if (name("Type") === "" && name("ObjectId") === "" && name("DisplayName") === "") continue;
    const modifiedProperties: Raw[] = [];
    for (let p = 1; p <= PROPERTIES; p++) {
      const displayName = name(`ModifiedProperty${p}Name`);
      if (displayName === "") break;
      modifiedProperties.push({
        displayName,
        oldValue: name(`ModifiedProperty${p}OldValue`),
        newValue: name(`ModifiedProperty${p}NewValue`),
      });
    }
    targetResources.push({
      id: name("ObjectId"),
      type: name("Type"),
      displayName: name("DisplayName"),
      userPrincipalName: name("UserPrincipalName"),
      modifiedProperties,
    });
  }
  const additionalDetails: Raw[] = [];
  for (let n = 1; n <= PROPERTIES; n++) {
    const key = get(`AdditionalDetail${n}Key`);
    if (key !== "") additionalDetails.push({ key, value: get(`AdditionalDetail${n}Value`) });
  }
  const byPerson = get("ActorUserPrincipalName") !== "" || /^user$/i.test(get("ActorType"));
  return {
    activityDateTime: get("Date (UTC)"),
    correlationId: get("CorrelationId", "Correlation ID"),
    loggedByService: get("Service"),
    category: get("Category"),
    activityDisplayName: get("Activity"),
    result: get("Result"),
    resultReason: get("ResultReason"),
    userAgent: get("UserAgent"),
    initiatedBy: byPerson
      ? {
          user: {
            id: get("ActorObjectId"),
            userPrincipalName: get("ActorUserPrincipalName"),
            displayName: get("ActorDisplayName"),
            ipAddress: get("IPAddress", "IP address"),
          },
        }
      : { app: { servicePrincipalId: get("ActorObjectId"), displayName: get("ActorDisplayName") } },
    targetResources,
    additionalDetails,
  };
}
