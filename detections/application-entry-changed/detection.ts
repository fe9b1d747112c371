import { defineDetection } from "../define-detection.ts";
import { settingsActs } from "../settings-acts.ts";
import type { Seen } from "../world/seen.ts";

const REPLY = /^(AppAddress|ReplyUrls?|RedirectUris?|Addresses|WwwHomepage\.redirect)$/i;
const FEDERATED = /FederatedIdentityCredential/i;

const HOST = /https?:\/\/([^/"\\\s,\]]+)/gi;

/** Developers try their applications on their own machine; that leads nowhere. */
const OWN_MACHINE = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/;

function changed(seen: Seen, pattern: RegExp): string | undefined {
  const name = Object.keys(seen.event.params).find((k) => pattern.test(k) && !k.endsWith(".old"));
  return name && seen.event.params[name] !== "" ? name : undefined;
}

function hosts(text: string | undefined): Set<string> {
  return new Set([...(text ?? "").matchAll(HOST)].map((m) => (m[1] ?? "").toLowerCase()));
}

/** A host the application's tokens did not go to before; its first addresses belong to its making. */
function newHost(seen: Seen): string | undefined {
  const name = changed(seen, REPLY);
  if (!name) return undefined;
  const before = hosts(seen.event.params[`${name}.old`]);
  return before.size === 0
    ? undefined
    : [...hosts(seen.event.params[name])].find((host) => !before.has(host) && !OWN_MACHINE.test(host));
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
      const { action, target, app, params } = seen.event;
      const name =
        params["Application.DisplayName"] ??
        params["ServicePrincipal.DisplayName"] ??
        app?.name ??
        target?.name ??
        target?.upn ??
        "an application";
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
      const reply = newHost(seen);
      return reply
        ? {
            key: "app-reply-address",
            title: "An application sends its tokens somewhere else",
            reason: `"${name}" may send its tokens to ${reply.slice(0, 120)}, where they did not go before.`,
            dedup: `reply:${name}`,
            artifacts,
          }
        : undefined;
    }),
});
