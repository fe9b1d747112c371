import { camelDeep, nested } from "./case.ts";
import { fromText, isRaw, object, type Raw, text } from "./raw.ts";

const OURS = /^(?:azure|o365)\.[^.]/;

/**
 * A document of Elastic's agents (`o365.audit`, `azure.signinlogs`, `azure.auditlogs`) as the record it was made of: the
 * original where it was kept, otherwise put together again from the fields of the Elastic Common Schema. Undefined for any
 * other document. Source: Elastic's integrations `o365` and `azure`, their sample events.
 */
export function fromEcs(raw: Raw): Raw | undefined {
  if (!Object.hasOwn(raw, "@timestamp")) return undefined;
  const event = object(raw, "event");
  const original = fromText(event?.original);
  if (isRaw(original)) return original;
  // Some documents name `azure.auditlogs.category` in one key, others in three.
  const document = nested(raw, OURS);
  const audit = object(object(document, "o365"), "audit");
  if (audit) return ualOf(document, audit);
  const azure = object(document, "azure");
  for (const [stream, category] of [
    ["signinlogs", "SignInLogs"],
    ["auditlogs", "AuditLogs"],
  ] as const) {
    const log = object(azure, stream);
    if (log) return diagnosticOf(document, log, category);
  }
  return undefined;
}

/** What the agent moves out of the record is brought back; lists of pairs it has made into objects stay readable as they are. */
function ualOf(document: Raw, audit: Raw): Raw {
  const event = object(document, "event");
  const address = text(object(document, "client"), "ip", "address") ?? text(object(document, "source"), "ip");
  return {
    CreationTime: document["@timestamp"],
    Id: event?.id,
    Operation: event?.action,
    Workload: event?.provider,
    ResultStatus: event?.outcome,
    OrganizationId: object(document, "organization")?.id,
    UserAgent: object(document, "user_agent")?.original,
    ...(address ? { ClientIP: address } : {}),
    ...audit,
    ...(isRaw(audit.ModifiedProperties) ? { ModifiedProperties: changesIn(audit.ModifiedProperties) } : {}),
  };
}

/** `{Role_DisplayName: {NewValue, OldValue}}` → `[{Name: "Role.DisplayName", NewValue, OldValue}]`. */
const changesIn = (changes: Raw): Raw[] =>
  Object.entries(changes).map(([name, change]) => ({
    Name: name.replaceAll("_", "."),
    ...(isRaw(change) ? change : { NewValue: change }),
  }));

const RENAMED: Record<string, string> = {
  createdAt: "createdDateTime",
  activityDatetime: "activityDateTime",
  riskLevelDuringSignin: "riskLevelDuringSignIn",
};

function diagnosticOf(document: Raw, log: Raw, category: string): Raw {
  const plain = camelDeep(log) as Raw;
  const properties: Record<string, unknown> = { ...(object(plain, "properties") ?? {}) };
  for (const [theirs, name] of Object.entries(RENAMED))
    if (Object.hasOwn(properties, theirs)) properties[name] = properties[theirs];
  properties.ipAddress ??= object(document, "source")?.ip ?? object(document, "client")?.ip;
  const place = object(document, "geo");
  if (place) {
    const { lat, lon } = object(place, "location") ?? {};
    properties.location ??= {
      city: place.city_name,
      countryOrRegion: place.country_iso_code,
      geoCoordinates: { latitude: lat, longitude: lon },
    };
  }
  properties.userAgent ??= object(document, "user_agent")?.original;
  return {
    time: document["@timestamp"],
    category,
    operationName: plain.operationName,
    resultType: plain.resultType,
    resultDescription: plain.resultDescription,
    callerIpAddress: properties.ipAddress,
    tenantId: plain.tenantId ?? object(document, "azure")?.tenant_id,
    properties,
  };
}
