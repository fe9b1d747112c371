import type { AccountRef, InventoryItem } from "#domain/incident/analysis.ts";
import { listAuthMethods } from "./auth-methods.ts";
import { asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { segment } from "./graph.ts";
import type { M365User } from "./m365.ts";

const DEVICE_PROPERTIES =
  "id,deviceId,displayName,accountEnabled,operatingSystem,trustType,registrationDateTime,approximateLastSignInDateTime";

/** Sign-in methods and devices of one account. */
export async function inventoryAccount(graph: Graph, user: M365User): Promise<InventoryItem[]> {
  const account: AccountRef = { objectId: user.objectId, upn: user.upn };
  const [methods, devices] = await Promise.all([
    listAuthMethods(graph, user.objectId),
    graph.all({
      path: `/users/${segment(user.objectId)}/registeredDevices`,
      query: { $select: DEVICE_PROPERTIES },
    }),
  ]);
  return [
    ...methods.map((method) => ({
      kind: "mfa-method" as const,
      objectId: method.id,
      name: method.name,
      mailbox: account,
      enabled: true,
      ...(method.createdAt ? { createdAt: method.createdAt } : {}),
      detail: { methodKind: method.kind, userObjectId: user.objectId },
    })),
    ...devices.map((row) => toDevice(row, account)),
  ];
}

/** All devices of the tenant. */
export async function inventoryDevices(graph: Graph): Promise<InventoryItem[]> {
  const rows = await graph.all({ path: "/devices", query: { $select: DEVICE_PROPERTIES, $top: "999" } });
  return rows.map((row) => toDevice(row, undefined));
}

function toDevice(row: Record<string, unknown>, account: AccountRef | undefined): InventoryItem {
  const createdAt = asText(row.registrationDateTime);
  return {
    kind: "device",
    objectId: String(row.id),
    name: asText(row.displayName) ?? String(row.deviceId),
    ...(account ? { mailbox: account } : {}),
    enabled: row.accountEnabled !== false,
    ...(createdAt ? { createdAt } : {}),
    detail: {
      deviceId: String(row.deviceId ?? ""),
      operatingSystem: asText(row.operatingSystem) ?? "",
      trustType: asText(row.trustType) ?? "",
    },
  };
}
