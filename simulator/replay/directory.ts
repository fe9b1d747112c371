import type { Json } from "../state/types.ts";

/** One Entra change said the same way whichever log it came from. */
export interface EntraChange {
  recordId: string;
  at: number;
  /** Without the full stop, trimmed. */
  operation: string;
  actorUpn: string | null;
  actorId: string | null;
  /** Microsoft's own provisioning did it, nobody in the tenant. */
  byMicrosoft: boolean;
  targetId: string | null;
  targetName: string | null;
  targetUpn: string | null;
  targetAppId: string | null;
  values: Record<string, string>;
}

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** From a unified audit log record of type 8. */
export function fromUal(record: Json, at: number): EntraChange {
  const target = entries(record.Target);
  const actor = entries(record.Actor);
  const values: Record<string, string> = {};
  for (const property of (record.ModifiedProperties ?? []) as Json[])
    values[String(property.Name)] = plain(property.NewValue);
  const typed = target.find((t) => /^(ServicePrincipal|User|Application|Device|Group|Role)_/.test(t.id));
  const targetId = typed?.id.split("_")[1] ?? target.find((t) => GUID.test(t.id))?.id ?? null;
  return {
    recordId: String(record.Id),
    at,
    operation: trimmed(record.Operation),
    actorUpn: actor.find((a) => a.type === 5)?.id ?? null,
    actorId: actor.find((a) => a.id.startsWith("User_"))?.id.slice(5) ?? null,
    byMicrosoft: actor.some((a) => a.type === 1 && /^(Microsoft|Azure) /.test(a.id)),
    targetId,
    targetName: target.find((t) => t.type === 1)?.id ?? null,
    targetUpn: target.find((t) => t.type === 5)?.id ?? null,
    targetAppId: target.find((t) => t.type === 2 && GUID.test(t.id) && t.id !== targetId)?.id ?? null,
    values,
  };
}

/** From a Graph directoryAudit. */
export function fromGraph(record: Json, at: number): EntraChange {
  const [target] = (record.targetResources ?? []) as Json[];
  const by = record.initiatedBy as {
    user?: { id?: string; userPrincipalName?: string } | null;
    app?: { displayName?: string } | null;
  } | null;
  const values: Record<string, string> = {};
  for (const property of (target?.modifiedProperties ?? []) as Json[])
    values[String(property.displayName)] = plain(property.newValue);
  return {
    recordId: String(record.id),
    at,
    operation: trimmed(record.activityDisplayName),
    actorUpn: by?.user?.userPrincipalName ?? null,
    actorId: by?.user?.id ?? null,
    byMicrosoft: /^(Microsoft|Azure) /.test(by?.app?.displayName ?? ""),
    targetId: target?.id ? String(target.id) : null,
    targetName: target?.displayName ? String(target.displayName) : null,
    targetUpn: target?.userPrincipalName ? String(target.userPrincipalName) : null,
    targetAppId: values.AppId ?? values["TargetId.ServicePrincipalNames"] ?? null,
    values,
  };
}

const trimmed = (operation: unknown): string =>
  String(operation ?? "")
    .trim()
    .replace(/\.$/, "");

function entries(list: unknown): { id: string; type: number }[] {
  return ((list ?? []) as Json[]).map((entry) => ({ id: String(entry.ID ?? ""), type: Number(entry.Type) }));
}

/** Values are JSON in strings, often a list of one. */
function plain(value: unknown): string {
  const text = String(value ?? "");
  try {
    const parsed: unknown = JSON.parse(text);
    const first = Array.isArray(parsed) ? parsed[0] : parsed;
    return typeof first === "string" || typeof first === "number" || typeof first === "boolean" ? String(first) : text;
  } catch {
    return text;
  }
}
