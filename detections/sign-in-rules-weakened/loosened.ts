import type { NormalizedEvent } from "#domain/event/event.ts";

type Json = Record<string, unknown>;

function parsed(text: string | undefined): Json | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map((v) => String(v).toLowerCase()) : [];
}

function at(value: Json, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], value);
}

const EXCLUSIONS = [
  "conditions.users.excludeUsers",
  "conditions.users.excludeGroups",
  "conditions.users.excludeRoles",
  "conditions.applications.excludeApplications",
  "conditions.locations.excludeLocations",
];
const INCLUSIONS = [
  "conditions.users.includeUsers",
  "conditions.users.includeGroups",
  "conditions.users.includeRoles",
  "conditions.applications.includeApplications",
];

/** What an update of a conditional access policy took away from it, in words; undefined when nothing. */
export function loosened(event: NormalizedEvent): string | undefined {
  const before = parsed(event.params["ConditionalAccessPolicy.old"]);
  const after = parsed(event.params.ConditionalAccessPolicy);
  if (!before || !after || before.state !== "enabled") return undefined;
  if (after.state !== "enabled") return "it is no longer enforced";
  const demands = (policy: Json): string[] => words(at(policy, "grantControls.builtInControls"));
  const kept = demands(after);
  const lost = demands(before).filter((control) => !kept.includes(control));
  if (lost.length > 0 && kept.length < demands(before).length) return `it no longer demands ${lost.join(", ")}`;
  const added = EXCLUSIONS.some((path) => {
    const known = words(at(before, path));
    return words(at(after, path)).some((one) => !known.includes(one));
  });
  if (added) return "it makes a new exception";
  const narrowed = INCLUSIONS.some((path) => {
    const now = words(at(after, path));
    return !now.includes("all") && words(at(before, path)).some((one) => one !== "none" && !now.includes(one));
  });
  return narrowed ? "it covers less than before" : undefined;
}

/** Properties of a domain that decide who issues its sign-ins. */
const ISSUING = /federat|issuer|authentication|livetype|signing|logon|signin|sign-in|passive|trust/i;

/** False when the record says what was changed on a domain and none of it concerns who issues sign-ins. */
export function changesIssuer({ params }: NormalizedEvent): boolean {
  const changed = Object.keys(params).flatMap((key) => (key.endsWith(".old") ? [key.slice(0, -4)] : []));
  return changed.length === 0 || changed.some((name) => ISSUING.test(name) || ISSUING.test(params[name] ?? ""));
}
