import { defineDetection, type Finding } from "../define-detection.ts";
import { type WeightKey, weigh } from "../weights.ts";
import { withAccount } from "../windows.ts";
import { isSuccess, type Seen } from "../world/seen.ts";

type Change = { key: WeightKey; what: string; kind?: "inbound-connector" | "outbound-connector" };

function change(seen: Seen): Change | undefined {
  const { action, params } = seen.event;
  if (/^connector\.inbound\.(create|update)$/.test(action) && params.Enabled !== "False")
    return { key: "connector-inbound", what: "an inbound connector", kind: "inbound-connector" };
  if (/^connector\.outbound\.(create|update)$/.test(action) && params.Enabled !== "False")
    return { key: "connector-outbound", what: "an outbound connector", kind: "outbound-connector" };
  if (action === "mail-protection.outbound.set" && /^on$/i.test(params.AutoForwardingMode ?? ""))
    return { key: "remote-forwarding-opened", what: "automatic forwarding for everybody" };
  if (action.startsWith("remote-domain.") && /true/i.test(params.AutoForwardEnabled ?? ""))
    return { key: "remote-forwarding-opened", what: "automatic forwarding to a remote domain" };
  return undefined;
}

export default defineDetection({
  id: "mail-flow-opened",
  title: "A way in or out of the mail system was opened",
  severity: "high",
  stage: "foothold",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0003", technique: "T1098" },
    { tactic: "TA0005", technique: "T1562" },
  ],
  falsePositives: ["Migrations, mail gateways and scanners that send through the tenant"],
  knownGaps: ["A connector's use shows only in message traces"],
  runbook: [
    "Who owns the addresses and the certificate of the connector?",
    "Disable it and look at the mail that passed",
  ],
  find: (world) => {
    const out: Finding[] = [];
    const actions = [
      "connector.inbound.create",
      "connector.inbound.update",
      "connector.outbound.create",
      "connector.outbound.update",
      "mail-protection.outbound.set",
      "remote-domain.create",
      "remote-domain.update",
    ];
    for (const seen of withAccount(world.byAction(...actions))) {
      const found = isSuccess(seen) ? change(seen) : undefined;
      if (!found) continue;
      const name = seen.event.params.Name ?? seen.event.params.Identity ?? seen.event.target?.name ?? "(no name)";
      out.push({
        account: seen.account,
        events: [seen],
        dedup: `${seen.event.action}:${name}`,
        weight: weigh(found.key),
        reason: `${seen.account.ref.upn} opened ${found.what} ("${name}").`,
        artifacts: found.kind
          ? [{ kind: found.kind, name, effect: "carries mail past the usual checks", detail: connectorDetail(seen) }]
          : [],
      });
    }
    return out;
  },
});

function connectorDetail(seen: Seen): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of [
    "SenderIPAddresses",
    "SenderDomains",
    "TlsSenderCertificateName",
    "SmartHosts",
    "RecipientDomains",
    "ConnectorType",
  ]) {
    const value = seen.event.params[name];
    if (value) out[name] = value;
  }
  return out;
}
