import type { InventoryItem } from "#domain/incident/analysis.ts";
import type { Exchange } from "./exchange.ts";
import { asText } from "./faults.ts";
import { textOnly } from "./mailbox-settings.ts";

/** Connectors and transport rules of the tenant. */
export async function inventoryMailFlow(exchange: Exchange): Promise<InventoryItem[]> {
  const [inbound, outbound, rules] = await Promise.all([
    exchange.read({ name: "Get-InboundConnector" }),
    exchange.read({ name: "Get-OutboundConnector" }),
    exchange.read({ name: "Get-TransportRule" }),
  ]);
  return [
    ...inbound.map((row) => toItem("inbound-connector", row, row.Enabled === true)),
    ...outbound.map((row) => toItem("outbound-connector", row, row.Enabled === true)),
    ...rules.map((row) => toItem("transport-rule", row, row.State === "Enabled")),
  ];
}

function toItem(
  kind: "inbound-connector" | "outbound-connector" | "transport-rule",
  row: Record<string, unknown>,
  enabled: boolean,
): InventoryItem {
  const name = asText(row.Name) ?? String(row.Identity);
  const createdAt = readTime(row.WhenCreated);
  return {
    kind,
    objectId: asText(row.Identity) ?? name,
    name,
    enabled,
    ...(createdAt ? { createdAt } : {}),
    detail: textOnly(row),
  };
}

/** Exchange writes times without a zone and means UTC. */
function readTime(value: unknown): string | undefined {
  const text = asText(value);
  if (!text) return undefined;
  const at = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
