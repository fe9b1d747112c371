import { parse, stringify } from "yaml";
import type { Schema } from "#detections/sigma/compile.ts";
import type { Raw } from "#detections/sigma/record.ts";
import { random } from "./measure.ts";

export type RuleText = { id: string; text: string };
type Document = { id: string; title: string; detection: Record<string, unknown> };

/** Every log is seen, and a field is the record's member of exactly that name: the peer reads events the same way. */
export const LITERAL: Schema = () => [
  {
    kind: "any",
    what: "the record",
    field: (name) => ({
      key: name,
      read: (record) => {
        const value = Object.hasOwn(record, name) ? record[name] : undefined;
        if (value === undefined) return [];
        return [value === null ? null : String(value)];
      },
    }),
  },
];

/** The same rules again and again with other values, each copy under an id of its own, until there are `count`. */
export function multiplied(rules: readonly RuleText[], count: number): RuleText[] {
  const documents = rules.map(({ text }) => parse(text) as Document);
  const out: RuleText[] = [...rules];
  for (let copy = 1; out.length < count; copy++)
    for (const [i, rule] of rules.entries()) {
      if (out.length >= count) break;
      const document = documents[i]!;
      const { condition, ...selections } = document.detection;
      const detection = { ...(altered(selections, copy) as object), condition };
      const id = `${document.id}-${copy}`;
      out.push({
        id: `${copy}-${rule.id}`,
        text: stringify({ ...document, id, title: `${document.title} ${copy}`, detection }),
      });
    }
  return out;
}

function altered(value: unknown, copy: number): unknown {
  if (Array.isArray(value)) return value.map((inner) => altered(inner, copy));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, altered(inner, copy)]));
  if (typeof value === "string" && value !== "") return `${value}~${copy}`;
  return typeof value === "number" ? value + copy * 100_003 : value;
}

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
];
const OPERATIONS = [
  "MailItemsAccessed",
  "FileAccessed",
  "Send",
  "FilePreviewed",
  "MessageSent",
  "HardDelete",
  "Update",
];
const CODES = [0, 0, 0, 0, 0, 0, 50126, 50074, 50140, 53003, 16000];

/**
 * Records as a busy tenant gives them: 40 % sign-ins, 60 % audit records, flat; one in fifty holds what one of `rules`
 * asks for, one in a hundred what one of `others` does.
 */
export function drawEvents(
  rules: readonly RuleText[],
  others: readonly RuleText[],
  count: number,
  seed: number,
): Raw[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const read = (list: readonly RuleText[]) => list.map(({ text }) => parse(text) as Document);
  const [mine, theirs] = [read(rules), read(others)];
  return Array.from({ length: count }, (_, i) => {
    const event = next() < 0.4 ? signIn(i, pick) : audit(i, pick);
    const chance = next();
    if (chance >= 0.03) return event;
    return { ...event, ...asked(pick(chance < 0.02 || theirs.length === 0 ? mine : theirs), pick) };
  });
}

type Pick = <T>(list: readonly T[]) => T;
const DIGITS = Array.from({ length: 250 }, (_, i) => i + 1);
const guid = (i: number, pick: Pick): string =>
  `${String(i).padStart(8, "0")}-0000-4000-8000-${String(pick(DIGITS)).padStart(12, "0")}`;

function signIn(i: number, pick: Pick): Record<string, unknown> {
  const who = pick(DIGITS);
  const code = pick(CODES);
  return {
    id: guid(i, pick),
    createdDateTime: "2026-06-01T10:00:00Z",
    userPrincipalName: `user${who}@fabrikam.example`,
    userDisplayName: `User ${who}`,
    appDisplayName: pick(["Office 365 Exchange Online", "Microsoft Teams", "SharePoint Online"]),
    "properties.appId": guid(1, pick),
    ipAddress: `203.0.${who}.${pick(DIGITS)}`,
    location: pick(["GB", "GB", "GB", "NL", "US"]),
    conditionalAccessStatus: pick(["success", "notApplied"]),
    ResultType: code,
    resultType: code,
    ResultDescription: code === 0 ? "" : "Error validating credentials due to invalid username or password.",
    Status: code === 0 ? "Success" : "Failure",
    AuthenticationRequirement: pick(["multiFactorAuthentication", "singleFactorAuthentication"]),
    ResourceDisplayName: pick(["Microsoft Graph", "Office 365 Exchange Online", "Windows Azure Active Directory"]),
    userAgent: pick(AGENTS),
    "DeviceDetail.deviceId": pick(["", guid(2, pick)]),
    "DeviceDetail.isCompliant": pick(["true", "true", "true", ""]),
    NetworkLocationDetails: pick(["[]", '[{"networkType":"trustedNamedLocation"}]']),
    RiskState: "none",
    riskEventType: "none",
    "properties.message": "Sign-in activity",
  };
}

function audit(i: number, pick: Pick): Record<string, unknown> {
  const who = pick(DIGITS);
  return {
    Id: guid(i, pick),
    CreationTime: "2026-06-01T10:00:00",
    Operation: pick(OPERATIONS),
    Workload: pick(["Exchange", "SharePoint", "MicrosoftTeams"]),
    RecordType: pick([2, 6, 25, 50]),
    UserId: `user${who}@fabrikam.example`,
    ClientIP: `203.0.${who}.${pick(DIGITS)}`,
    ResultStatus: pick(["Succeeded", "True", "PartiallySucceeded"]),
    ObjectId: `https://fabrikam.sharepoint.example/sites/s${who}/Documents/File ${pick(DIGITS)}.docx`,
    ApplicationId: guid(3, pick),
    Parameters: `[{"Name":"Identity","Value":"user${who}"},{"Name":"Mode","Value":"${pick(["a", "b"])}"}]`,
    eventSource: "Exchange",
    eventName: pick(OPERATIONS),
    status: "success",
    operationName: pick(["Update user", "Add member to group", "Update device", "Consent to application"]),
    Category: pick(["UserManagement", "GroupManagement", "Device", "ApplicationManagement"]),
    OperationName: pick(["Update user", "Add member to group", "Update device"]),
    LoggedByService: "Core Directory",
    TargetResources: `[{"id":"${guid(4, pick)}","type":"User","modifiedProperties":[]}]`,
  };
}

/** What one selection of a rule asks for, so that each rule is tried where it holds. */
function asked({ detection }: Document, pick: Pick): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, selection] of Object.entries(detection)) {
    if (name === "condition" || /^filter|valid/.test(name)) continue;
    if (typeof selection !== "object" || selection === null || Array.isArray(selection)) continue;
    for (const [key, value] of Object.entries(selection)) {
      const [field = "", ...modifiers] = key.split("|");
      const values = Array.isArray(value) ? value : [value];
      const chosen = String(modifiers.includes("all") ? values.join(" ") : (pick(values) ?? ""));
      const around = modifiers.includes("contains");
      const ending = Object.entries(selection).find(([other]) => other === `${field}|endswith`)?.[1];
      if (modifiers.includes("endswith") && Object.hasOwn(out, field)) continue;
      const end = modifiers.includes("startswith") && ending ? pick(Array.isArray(ending) ? ending : [ending]) : "";
      out[field] = around ? `- ${chosen} -` : `${chosen}${end}`;
    }
  }
  return out;
}
