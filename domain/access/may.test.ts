import { expect, test } from "vitest";
import { CAPABILITIES, type Capability, may, scopeOf, type Viewer } from "./may.ts";

const viewer = (role: Viewer["role"], values: Partial<Viewer> = {}): Viewer => ({
  memberId: "m",
  orgId: role === "analyst" ? null : "o",
  orgName: null,
  name: "Somebody",
  email: "somebody@msp.example",
  role,
  canManageTenants: false,
  canViewSensitive: false,
  isReadOnly: false,
  requiresFactor: false,
  tenantIds: [],
  ...values,
});
const held = (who: Viewer): Capability[] => CAPABILITIES.filter((capability) => may(who, capability).ok);

// Written by hand from the product's table of roles, not from the code.
const TABLE: [string, Viewer, Capability[]][] = [
  [
    "an Admin",
    viewer("admin"),
    [
      "tenant.view",
      "tenant.manage",
      "incident.view",
      "incident.publish",
      "incident.remediate",
      "notification.view",
      "notification.manage",
      "policy.view",
      "policy.manage",
      "policy.except",
      "policy.stop",
      "usage.view",
      "security.manage",
      "drill.run",
    ],
  ],
  [
    "a Full Member who manages tenants",
    viewer("full-member", { canManageTenants: true }),
    [
      "tenant.view",
      "tenant.manage",
      "incident.view",
      "incident.publish",
      "incident.remediate",
      "notification.view",
      "notification.manage",
      "policy.view",
      "policy.except",
      "policy.stop",
      "usage.view",
    ],
  ],
  [
    "a Full Member who does not",
    viewer("full-member"),
    [
      "tenant.view",
      "incident.view",
      "incident.publish",
      "incident.remediate",
      "notification.view",
      "notification.manage",
      "policy.view",
      "policy.except",
      "policy.stop",
      "usage.view",
    ],
  ],
  [
    "a read-only Full Member",
    viewer("full-member", { isReadOnly: true, canManageTenants: true }),
    ["tenant.view", "incident.view", "notification.view", "policy.view", "usage.view"],
  ],
  ["Sales", viewer("sales"), []],
  ["Sales who manages tenants", viewer("sales", { canManageTenants: true }), ["tenant.manage"]],
  ["Billing", viewer("billing", { canManageTenants: true }), []],
  [
    "an External Guest",
    viewer("external-guest", { canManageTenants: true }),
    ["tenant.view", "incident.view", "incident.remediate"],
  ],
  ["a read-only guest", viewer("external-guest", { isReadOnly: true }), ["tenant.view", "incident.view"]],
  [
    "an analyst of the operator",
    viewer("analyst"),
    [
      "tenant.view",
      "incident.view",
      "incident.publish",
      "incident.remediate",
      "incident.approve",
      "queue.view",
      "policy.view",
      "policy.stop",
      "codec.decode",
    ],
  ],
];

for (const [who, person, capabilities] of TABLE) {
  test(`${who} holds exactly what the table of roles gives [S5]`, () => {
    expect(held(person)).toEqual(CAPABILITIES.filter((capability) => capabilities.includes(capability)));
  });
}

test("a refusal is a sentence that says what to do", () => {
  const answer = may(viewer("billing"), "incident.view");
  expect(answer).toEqual({ ok: false, reason: "Your role may not see incidents. Ask an Admin of your organization." });
});

test("a guest's scope is the tenants given to him, a member without assignments sees all, an Admin always [S6]", () => {
  expect(scopeOf(viewer("external-guest", { tenantIds: [] }))).toMatchObject({ kind: "guest", tenantIds: [] });
  expect(scopeOf(viewer("full-member"))).toMatchObject({ tenantIds: "all", mayViewSensitive: false });
  expect(scopeOf(viewer("full-member", { tenantIds: ["t"] }))).toMatchObject({ tenantIds: ["t"] });
  expect(scopeOf(viewer("admin", { tenantIds: ["t"] }))).toMatchObject({ tenantIds: "all", mayViewSensitive: true });
  expect(scopeOf(viewer("analyst"))).toEqual({ kind: "operator", memberId: "m" });
});
