import { defineDetection } from "../define-detection.ts";
import { settingsActs } from "../settings-acts.ts";
import type { WeightKey } from "../weights.ts";
import type { Seen } from "../world/seen.ts";

const ACTIONS = [
  "policy.methods.update",
  "policy.cross-tenant.add",
  "policy.cross-tenant.update",
  "policy.authorization.update",
  "policy.location.create",
  "policy.location.update",
  "domain.add",
  "domain.verify",
  "partner.add",
  "tenant.update",
  "tenant.root-ca",
  "role.elevate",
] as const;

const KEYS: Record<string, WeightKey> = {
  "policy.methods.update": "methods-policy",
  "policy.cross-tenant.add": "cross-tenant",
  "policy.cross-tenant.update": "cross-tenant",
  "policy.authorization.update": "authorization-policy",
  "policy.location.create": "trusted-place",
  "policy.location.update": "trusted-place",
  "domain.add": "domain-added",
  "domain.verify": "domain-added",
  "partner.add": "partner-added",
  "tenant.root-ca": "root-ca",
  "role.elevate": "elevated",
};

const WHAT: Partial<Record<WeightKey, string>> = {
  "methods-policy": "how people prove who they are",
  "cross-tenant": "which other companies are trusted",
  "authorization-policy": "what users and guests may do",
  "trusted-place": "which places are trusted",
  "domain-added": "the company's domains",
  "partner-added": "who may administrate from outside",
  "root-ca": "which certificates sign people in",
  elevated: "his own right over all Azure resources",
};

function keyOf(seen: Seen): WeightKey | undefined {
  const { action, params } = seen.event;
  if (action === "tenant.update")
    return Object.keys(params).some((k) => /TrustedCAs|CertificateAuthorit/i.test(k)) ? "root-ca" : undefined;
  return KEYS[action];
}

export default defineDetection({
  id: "tenant-trust-changed",
  title: "Whom the tenant trusts was changed",
  severity: "high",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0004", technique: "T1484.002" },
    { tactic: "TA0003", technique: "T1556.009" },
  ],
  falsePositives: ["Administrators at planned work: new domains, new partners, a new office in the trusted places"],
  knownGaps: ["What exactly changed stands in Microsoft's own text and is shown as it is"],
  runbook: ["Compare the old and the new value", "Put it back unless an administrator explains it"],
  find: (world) =>
    settingsActs(world, ACTIONS, (seen) => {
      const key = keyOf(seen);
      if (!key) return undefined;
      const name = seen.event.target?.name ?? seen.event.target?.upn ?? seen.event.operation.trim();
      return {
        key,
        title: "Whom the tenant trusts was changed",
        reason: `${seen.account.ref.upn} changed ${WHAT[key] ?? "a rule of trust"} (${name}).`,
        dedup: `${key}:${name}`,
      };
    }),
});
