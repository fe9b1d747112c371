import { describe, expect, it } from "vitest";
import { event } from "../testing/case-kit.ts";
import { changesIssuer, loosened } from "./loosened.ts";

const policy = (over: { state?: string; controls?: string[]; include?: string[]; exclude?: string[] } = {}) => ({
  state: over.state ?? "enabled",
  conditions: { users: { includeUsers: over.include ?? ["All"], excludeUsers: over.exclude ?? [] } },
  grantControls: { operator: "OR", builtInControls: over.controls ?? ["mfa"] },
});
const update = (before: unknown, after: unknown): string | undefined =>
  loosened(
    event("policy.access.update", "2026-06-21T03:00:00.000Z", {
      params: { "ConditionalAccessPolicy.old": JSON.stringify(before), ConditionalAccessPolicy: JSON.stringify(after) },
    }),
  );

describe("a conditional access policy is loosened", () => {
  it("when it is switched off, demands less, excepts somebody or covers less", () => {
    expect(update(policy(), policy({ state: "disabled" }))).toBe("it is no longer enforced");
    expect(update(policy(), policy({ state: "enabledForReportingButNotEnforced" }))).toBe("it is no longer enforced");
    expect(update(policy({ controls: ["MFA"] }), { ...policy(), grantControls: null })).toBe(
      "it no longer demands mfa",
    );
    expect(update(policy(), policy({ exclude: ["u1"] }))).toBe("it makes a new exception");
    expect(update(policy({ include: ["u1", "u2"] }), policy({ include: ["u1"] }))).toBe("it covers less than before");
  });

  it("not when it is tightened, renamed, was off before, or the record does not say", () => {
    expect(update(policy({ exclude: ["u1"] }), policy())).toBeUndefined();
    expect(update(policy(), { ...policy({ controls: ["mfa", "compliantDevice"] }), displayName: "x" })).toBeUndefined();
    expect(update(policy({ controls: ["mfa"] }), policy({ controls: ["block"] }))).toBeUndefined();
    expect(update(policy({ include: ["u1"] }), policy({ include: ["All"] }))).toBeUndefined();
    expect(update(policy({ state: "disabled" }), policy({ state: "disabled", exclude: ["u1"] }))).toBeUndefined();
    expect(update(undefined, policy())).toBeUndefined();
    expect(loosened(event("policy.access.update", "2026-06-21T03:00:00.000Z"))).toBeUndefined();
  });
});

it("a domain's change concerns who issues sign-ins when the record says so or says nothing", () => {
  const change = (params: Record<string, string>): boolean =>
    changesIssuer(event("domain.federation.set", "2026-06-21T03:00:00.000Z", { params }));
  expect(change({})).toBe(true);
  expect(change({ "LiveType.old": "Managed", LiveType: "Federated" })).toBe(true);
  expect(change({ "IssuerUri.old": "", IssuerUri: "http://x" })).toBe(true);
  expect(change({ "Capabilities.old": "1", Capabilities: "5" })).toBe(false);
});
