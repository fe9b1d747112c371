import type { TransportRule } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { type Cmdlet, objectNotFound, type Parameters } from "./cmdlet.ts";

export const TRANSPORT_RULE_CMDLETS: Record<string, Cmdlet> = {
  "Get-TransportRule": {
    writes: false,
    parameters: ["Identity"],
    run: (call, p) => (p.Identity ? [ruleOf(call, p)] : call.tenant.transportRules).map(ruleJson),
  },
  "Set-TransportRule": {
    writes: true,
    parameters: ["Identity", "Name", "BlindCopyTo", "RedirectMessageTo", "Priority"],
    run: (call, p) =>
      change(call, p, "Set-TransportRule", (rule) => {
        for (const [key, value] of Object.entries(p))
          if (!["Identity", "Confirm"].includes(key)) rule.properties[key] = value;
      }),
  },
  "Enable-TransportRule": {
    writes: true,
    parameters: ["Identity"],
    run: (call, p) =>
      change(call, p, "Enable-TransportRule", (rule) => {
        rule.enabled = true;
      }),
  },
  "Disable-TransportRule": {
    writes: true,
    parameters: ["Identity"],
    run: (call, p) =>
      change(call, p, "Disable-TransportRule", (rule) => {
        rule.enabled = false;
      }),
  },
  "Remove-TransportRule": {
    writes: true,
    parameters: ["Identity"],
    run: (call, p) => {
      const rule = ruleOf(call, p);
      call.tenant.transportRules = call.tenant.transportRules.filter((r) => r !== rule);
      call.effect({ effect: "Remove-TransportRule", target: rule.identity, before: ruleJson(rule), after: null });
      return [];
    },
  },
};

function ruleOf(call: Call, p: Parameters): TransportRule {
  const rule = call.tenant.transportRules.find((r) => r.identity === p.Identity || r.name === p.Identity);
  if (!rule) throw objectNotFound(p.Identity);
  return rule;
}

function change(call: Call, p: Parameters, effect: string, apply: (rule: TransportRule) => void): object[] {
  const rule = ruleOf(call, p);
  const before = ruleJson(rule);
  apply(rule);
  rule.whenChanged = new Date(call.now).toISOString();
  call.effect({
    effect,
    target: rule.identity,
    before,
    after: ruleJson(rule),
    changed: before.State !== ruleJson(rule).State || effect === "Set-TransportRule",
  });
  return [];
}

const ruleJson = (rule: TransportRule) => ({
  RedirectMessageTo: null,
  BlindCopyTo: null,
  SetSCL: null,
  DeleteMessage: false,
  ...rule.properties,
  Identity: rule.identity,
  Guid: rule.identity,
  Name: rule.name,
  State: rule.enabled ? "Enabled" : "Disabled",
  Priority: rule.priority,
  WhenChanged: rule.whenChanged,
});
