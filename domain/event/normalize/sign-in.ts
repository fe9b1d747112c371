import { parseAddress } from "../address.ts";
import { signInCode } from "../sign-in-codes.ts";
import { isGuid, upnOf } from "./actor.ts";
import { defined, flag, isRaw, list, object, type Raw, text } from "./raw.ts";
import { type Body, isLegacy } from "./ual.ts";

/** A Graph signIn (v1.0 or beta); table rows and diagnostic records arrive here with the same field names. */
export function signInBody(raw: Raw): Body {
  const status = object(raw, "status");
  const code = text(status, "errorCode") ?? text(raw, "resultType");
  const known = signInCode(code, undefined);
  const address = parseAddress(text(raw, "ipAddress", "callerIpAddress"));
  const device = object(raw, "deviceDetail");
  const clientApp = text(raw, "clientAppUsed");
  const agent = text(raw, "userAgent");
  const body: Body = {
    category: "login",
    action: "sign-in",
    operation: text(raw, "operationName") ?? "Sign-in activity",
    outcome: known?.outcome ?? (code === undefined ? "unknown" : "failure"),
    actor: actorOf(raw),
    client: defined<Body["client"]>({
      ip: address?.ip,
      port: address?.port,
      userAgent: agent,
      appId: text(raw, "appId")?.toLowerCase(),
      appName: text(raw, "appDisplayName"),
      protocol: text(raw, "authenticationProtocol"),
      deviceId: text(device, "deviceId")?.toLowerCase(),
      deviceName: text(device, "displayName"),
      os: text(device, "operatingSystem"),
      browser: text(device, "browser"),
      isCompliant: flag(device, "isCompliant"),
      isManaged: flag(device, "isManaged"),
      trustType: text(device, "trustType"),
    }),
    handles: defined<Body["handles"]>({
      sessionId: text(raw, "sessionId"),
      tokenId: text(raw, "uniqueTokenIdentifier"),
      correlationId: text(raw, "correlationId"),
    } as { [K in keyof Body["handles"]]: Body["handles"][K] | undefined }),
    signIn: signInDetail(raw, clientApp, agent),
    params: {},
  };
  if (code !== undefined) body.resultCode = code;
  const tenant = text(raw, "resourceTenantId", "tenantId", "aadTenantId");
  if (isGuid(tenant)) body.organizationId = tenant.toLowerCase();
  for (const name of [
    "originalTransferMethod",
    "incomingTokenType",
    "authenticationProtocol",
    "crossTenantAccessType",
    "riskDetail",
    "tokenIssuerType",
    "autonomousSystemNumber",
  ]) {
    const value = text(raw, name);
    if (value && value !== "none") body.params[name] = value;
  }
  const reason = text(status, "failureReason");
  if (reason && code !== "0") body.params.failureReason = reason;
  const detail = text(status, "additionalDetails");
  if (detail) body.params.additionalDetails = detail;
  const steps = list(raw, "authenticationDetails").filter(isRaw);
  const refused = steps
    .map((s) => text(s, "authenticationStepResultDetail"))
    .find((s) => s && /denied|declined|fraud/i.test(s));
  if (refused) body.params.secondFactor = refused;
  return body;
}

function actorOf(raw: Raw): Body["actor"] {
  const upn = text(raw, "userPrincipalName");
  const objectId = text(raw, "userId");
  const app = text(raw, "servicePrincipalId");
  const type = text(raw, "userType");
  const hasUser = (upn !== undefined || objectId !== undefined) && objectId !== "00000000-0000-0000-0000-000000000000";
  return defined<Body["actor"]>({
    kind: hasUser
      ? /guest/i.test(type ?? "") || /#ext#/i.test(upn ?? "")
        ? "guest"
        : "person"
      : app
        ? "service-principal"
        : "unknown",
    objectId: (hasUser ? objectId : app)?.toLowerCase(),
    upn: upnOf(upn) ?? (hasUser ? upn?.toLowerCase() : undefined),
    appId: hasUser ? undefined : text(raw, "appId")?.toLowerCase(),
    displayName: text(raw, "userDisplayName", "servicePrincipalName"),
  });
}

function signInDetail(raw: Raw, clientApp: string | undefined, agent: string | undefined): NonNullable<Body["signIn"]> {
  const requirement = text(raw, "authenticationRequirement");
  const steps = list(raw, "authenticationDetails").filter(isRaw);
  const methods = steps.map((s) => text(s, "authenticationMethod")).filter((m) => m !== undefined);
  const types = list(raw, "signInEventTypes").map(String);
  return defined<NonNullable<Body["signIn"]>>({
    isInteractive: flag(raw, "isInteractive") ?? (types.length > 0 ? types.includes("interactiveUser") : undefined),
    authRequirement: requirement ? (/multi/i.test(requirement) ? "multi" : "single") : undefined,
    authMethods: methods.length > 0 ? methods : undefined,
    mfaSatisfiedByClaim:
      steps.some((s) =>
        /claim in the token|previously satisfied/i.test(
          `${text(s, "authenticationStepResultDetail")} ${text(s, "authenticationMethod")}`,
        ),
      ) || undefined,
    clientApp,
    isLegacyAuth: isLegacy(clientApp, agent) || undefined,
    riskLevel: ranked(text(raw, "riskLevelDuringSignIn"), text(raw, "riskLevelAggregated")),
    riskState: text(raw, "riskState"),
    conditionalAccess: text(raw, "conditionalAccessStatus"),
    location: locationOf(raw),
    resource: text(raw, "resourceDisplayName"),
  });
}

function ranked(...levels: (string | undefined)[]): string | undefined {
  const order = ["high", "medium", "low"];
  return order.find((level) => levels.some((l) => l?.toLowerCase() === level)) ?? levels.find((l) => l !== undefined);
}

function locationOf(raw: Raw): NonNullable<Body["signIn"]>["location"] {
  const place = object(raw, "location", "locationDetails");
  const country =
    text(place, "countryOrRegion") ?? (typeof raw.location === "string" ? text(raw, "location") : undefined);
  const geo = object(place, "geoCoordinates");
  const lat = Number(text(geo, "latitude") ?? Number.NaN);
  const lon = Number(text(geo, "longitude") ?? Number.NaN);
  const known = Number.isFinite(lat) && Number.isFinite(lon) && (lat !== 0 || lon !== 0) && Math.abs(lat) <= 90;
  if (!country && !known) return undefined;
  return defined({
    country: country?.toUpperCase(),
    region: text(place, "state"),
    city: text(place, "city"),
    lat: known ? lat : undefined,
    lon: known ? lon : undefined,
  });
}
