import { Hono } from "hono";
import { attackersOf } from "../attacker/act.ts";
import { ruleJson } from "../cloud/graph/message-rules.ts";
import { publishBlobs } from "../state/publish.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

/** What is really so. Only tests read it; no product code knows this port. */
export function truthApp(world: World): Hono {
  const app = new Hono();
  app.get("/truth/tenants/:tid", (c) => {
    const tenant = world.findTenant(c.req.param("tid"));
    return tenant ? c.json(truthOf(tenant)) : c.json({ error: "no such tenant" }, 404);
  });
  app.get("/truth/tenants/:tid/records", (c) => {
    const tenant = world.findTenant(c.req.param("tid"));
    if (!tenant) return c.json({ error: "no such tenant" }, 404);
    publishBlobs(tenant, world.clock.now());
    return c.json({ ual: tenant.ual, signIns: tenant.signIns, directoryAudits: tenant.directoryAudits });
  });
  const filtered = <T extends { tenantId: string | null }>(rows: T[], tenantId: string | undefined): T[] =>
    tenantId ? rows.filter((r) => r.tenantId === tenantId) : rows;
  app.get("/truth/effects", (c) => c.json({ effects: filtered(world.effects, c.req.query("tenantId")) }));
  app.get("/truth/requests", (c) => c.json({ requests: filtered(world.requests, c.req.query("tenantId")) }));
  app.get("/truth/violations", (c) => c.json({ violations: filtered(world.violations, c.req.query("tenantId")) }));
  app.get("/truth/attacker/:tid", (c) => {
    const tenant = world.findTenant(c.req.param("tid"));
    if (!tenant) return c.json({ error: "no such tenant" }, 404);
    const attackers = attackersOf(tenant);
    const since = attackers.flatMap(({ lockedOutSince }) => lockedOutSince ?? []);
    const isOut = attackers.length > 0 && since.length === attackers.length;
    return c.json({
      tries: attackers.flatMap(({ tries }) => tries),
      sessions: attackers.flatMap(({ sessions }) => sessions),
      lockedOutSince: isOut ? new Date(Math.max(...since)).toISOString() : null,
    });
  });
  return app;
}

function truthOf(tenant: Tenant) {
  return {
    tenantId: tenant.id,
    displayName: tenant.displayName,
    story: tenant.story,
    p1: tenant.p1,
    p2: tenant.p2,
    auditEnabled: tenant.auditEnabled,
    writesAllowed: tenant.writesAllowed,
    installation: tenant.installation,
    users: tenant.users.map((user) => ({
      objectId: user.id,
      upn: user.upn,
      accountEnabled: user.accountEnabled,
      onPremisesSyncEnabled: user.onPremisesSyncEnabled,
      onPremises: user.onPremises,
      sessionsValidFrom: new Date(user.sessionsValidFrom).toISOString(),
      passwordGeneration: user.passwordGeneration,
      lastPasswordChange: new Date(user.lastPasswordChangeAt).toISOString(),
      mustChangePassword: user.mustChangePassword,
      roles: user.roles,
      methods: user.methods,
      mailbox: user.mailbox && {
        guid: user.mailbox.guid,
        recipientType: user.mailbox.recipientType,
        forwardingSmtpAddress: user.mailbox.forwardingSmtpAddress,
        forwardingAddress: user.mailbox.forwardingAddress,
        deliverToMailboxAndForward: user.mailbox.deliverToMailboxAndForward,
        protocols: user.mailbox.protocols,
        permissions: user.mailbox.permissions,
        rules: user.mailbox.rules.map((rule) => ({
          ...ruleJson(rule),
          exchangeId: rule.exchangeId,
          hidden: rule.hidden,
        })),
        folders: user.mailbox.folders.map((folder) => ({
          id: folder.id,
          displayName: folder.displayName,
          messages: (user.mailbox?.messages ?? [])
            .filter((m) => m.folderId === folder.id)
            .map((m) => ({
              id: m.id,
              internetMessageId: m.internetMessageId,
              subject: m.subject,
              from: m.from.address,
            })),
        })),
      },
    })),
    grants: tenant.grants,
    servicePrincipals: tenant.servicePrincipals,
    applications: tenant.applications,
    appRoleAssignments: tenant.appRoleAssignments,
    devices: tenant.devices,
    connectors: tenant.connectors,
    transportRules: tenant.transportRules,
    groups: tenant.groups,
    policies: tenant.policies,
    addedDomains: tenant.addedDomains,
    attack: tenant.attack,
    victimId: tenant.victimId,
    alsoAttacked: tenant.alsoAttacked.map(({ victimId, attack }) => ({ victimId, attack })),
    counts: { ual: tenant.ual.length, signIns: tenant.signIns.length, directoryAudits: tenant.directoryAudits.length },
  };
}
