import { defineDetection } from "../define-detection.ts";
import { settingsActs } from "../settings-acts.ts";
import type { Seen } from "../world/seen.ts";

const REPLY = /^(AppAddress|ReplyUrls?|RedirectUris?|Addresses|WwwHomepage\.redirect)$/i;
const FEDERATED = /FederatedIdentityCredential/i;

function changed(seen: Seen, pattern: RegExp): string | undefined {
  const name = Object.keys(seen.event.params).find((k) => pattern.test(k));
  return name && seen.event.params[name] !== "" ? seen.event.params[name] : undefined;
}

export default defineDetection({
  id: "application-entry-changed",
  title: "A new way into an application was made",
  severity: "medium",
  stage: "foothold",
  sources: ["directory-audit", "unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [{ tactic: "TA0003", technique: "T1098.001" }],
  falsePositives: ["Developers at work: owners, reply addresses and trusted pipelines change with every project"],
  knownGaps: ["A reply address on a domain somebody else may take over looks like any other"],
  runbook: ["Is the new owner or address the company's?", "Take it out and look at the application's sign-ins"],
  find: (world) =>
    settingsActs(world, ["app.owner.add", "app.update", "service-principal.update"], (seen) => {
      const { action, target, app } = seen.event;
      const name = app?.name ?? target?.name ?? target?.upn ?? "an application";
      const artifacts = [
        { kind: "app-registration" as const, name, objectId: app?.objectId, effect: "has one more way in", detail: {} },
      ];
      if (action === "app.owner.add")
        return {
          key: "app-owner",
          title: "An application got a new owner",
          reason: `"${name}" got the owner ${target?.upn ?? seen.account.ref.upn}.`,
          dedup: `owner:${name}`,
          artifacts,
        };
      if (changed(seen, FEDERATED))
        return {
          key: "app-federated-credential",
          title: "An application trusts a foreign issuer",
          reason: `"${name}" now accepts tokens of another issuer in place of a secret.`,
          dedup: `federated:${name}`,
          artifacts,
        };
      const reply = changed(seen, REPLY);
      return reply
        ? {
            key: "app-reply-address",
            title: "An application sends its tokens somewhere else",
            reason: `"${name}" got a new reply address: ${reply.slice(0, 120)}.`,
            dedup: `reply:${name}`,
            artifacts,
          }
        : undefined;
    }),
});
