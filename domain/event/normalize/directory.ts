import type { NormalizedEvent } from "../event.ts";
import { asFlag, defined, isRaw, list, Pairs, type Raw, text } from "./raw.ts";

/** A changed property of a directory object; values with Microsoft's JSON-in-text quoting taken off. */
export type Change = { name: string; from: string; to: string };

/** `"\"x\""` → `x`, `["a","b"]` → `a, b`; anything else as it is. */
export function unquote(value: string): string {
  const trimmed = value.trim();
  if (!/^["[]/.test(trimmed)) return trimmed;
  try {
    const parsed: unknown = JSON.parse(trimmed);
    if (typeof parsed === "string") return parsed;
    if (Array.isArray(parsed) && parsed.every((v) => typeof v !== "object")) return parsed.map(String).join(", ");
  } catch {
    return trimmed;
  }
  return trimmed;
}

export function changesOf(items: unknown[]): Change[] {
  const out: Change[] = [];
  for (const item of items.slice(0, 200)) {
    if (!isRaw(item)) continue;
    const name = text(item, "Name", "displayName", "name");
    if (!name) continue;
    const to = text(item, "NewValue", "newValue") ?? "";
    const from = text(item, "OldValue", "oldValue") ?? "";
    out.push({ name, from: unquote(from), to: unquote(to) });
  }
  return out;
}

export function changePairs(changes: Change[]): Pairs {
  const out = new Pairs();
  for (const { name, to, from } of changes) {
    out.add(name, to);
    if (from) out.add(`${name}.old`, from);
  }
  return out;
}

const SCOPE = /Scope:\s*([^,\]]*)/i;
const CONSENT_TYPE = /ConsentType:\s*(\w+)/i;

/** What a consent, grant, credential or application record says of the application. */
export function appOf(action: string, changes: Change[], targets: Target[]): NormalizedEvent["app"] | undefined {
  if (!/^(app|service-principal)\./.test(action)) return undefined;
  const get = (...names: string[]): string | undefined => {
    for (const name of names) {
      const found = changes.find((c) => c.name.toLowerCase() === name.toLowerCase() && c.to !== "");
      if (found) return found.to;
    }
    return undefined;
  };
  const permissions = get("ConsentAction.Permissions", "DelegatedPermissionGrant.Scope") ?? "";
  const added = permissions.includes("=>") ? permissions.slice(permissions.indexOf("=>")) : permissions;
  const scopeText = get("DelegatedPermissionGrant.Scope") ?? SCOPE.exec(added)?.[1] ?? get("AppRole.Value") ?? "";
  const scopes = scopeText.split(/[\s,]+/).filter((s) => s !== "");
  const consentType = get("DelegatedPermissionGrant.ConsentType") ?? CONSENT_TYPE.exec(added)?.[1];
  const isAdmin = asFlag(get("ConsentContext.IsAdminConsent"));
  const target = targets.find((t) => /^(application|serviceprincipal)$/i.test(t.type ?? "")) ?? targets[0];
  const grantee = get("ServicePrincipal.DisplayName");
  return defined<NonNullable<NormalizedEvent["app"]>>({
    appId: (get("ServicePrincipal.AppId", "TargetId.ServicePrincipalNames", "AppId", "AppPrincipalId") ?? target?.appId)
      ?.split(/[;,\s]/)[0]
      ?.toLowerCase(),
    objectId: get("ServicePrincipal.ObjectID") ?? target?.id,
    name: action === "app.grant.role" || action === "app.grant.delegated" ? (grantee ?? target?.name) : target?.name,
    scopes: scopes.length > 0 ? scopes : undefined,
    consentType,
    isAdminConsent: isAdmin ?? (consentType === "AllPrincipals" ? true : undefined),
  });
}

export type Target = { type?: string; id?: string; upn?: string; name?: string; appId?: string };

export function graphTargets(raw: Raw): { targets: Target[]; changes: Change[] } {
  const targets: Target[] = [];
  const changes: Change[] = [];
  for (const item of list(raw, "targetResources").slice(0, 50)) {
    if (!isRaw(item)) continue;
    targets.push(
      defined<Target>({
        type: text(item, "type"),
        id: text(item, "id")?.toLowerCase(),
        upn: text(item, "userPrincipalName")?.toLowerCase(),
        name: text(item, "displayName"),
      }),
    );
    changes.push(...changesOf(list(item, "modifiedProperties")));
  }
  return { targets, changes };
}

/** How strong authentication changed in an "Update user" record; adding a factor and losing one look alike by name. */
export function strongAuthChange(changes: Change[]): "auth-method.add" | "auth-method.remove" | undefined {
  for (const { name, from, to } of changes) {
    if (!/^StrongAuthentication(Method|PhoneAppDetail|UserDetails)$/i.test(name)) continue;
    const before = factorKeys(from);
    const after = factorKeys(to);
    if ([...after].some((key) => !before.has(key))) return "auth-method.add";
    if ([...before].some((key) => !after.has(key))) return "auth-method.remove";
  }
  return undefined;
}

const FACTOR = /"(?:Id|MethodType|PhoneNumber|AlternativePhoneNumber|DeviceName|Email)"\s*:\s*"?([^",}]+)/g;

function factorKeys(value: string): Set<string> {
  return new Set([...value.matchAll(FACTOR)].map((m) => m[0]).filter((v) => !/:\s*"?(null)?$/.test(v)));
}
