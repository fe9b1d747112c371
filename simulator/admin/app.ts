import { Hono } from "hono";
import { z } from "zod";
import { graphTime } from "../clock.ts";
import { addDirectoryAudit, addSignIn, addUal } from "../records/store.ts";
import { SCENARIOS } from "../scenarios/catalogue.ts";
import { attackTenant, createTenant, isStory, workOn } from "../scenarios/create-tenant.ts";
import { settle } from "../settle.ts";
import { giveDirectoryRoles, grantConsent, setInstallation } from "../state/consent.ts";
import { publishBlobs } from "../state/publish.ts";
import type { Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { attackerRoutes } from "./attacker.ts";
import { directoryRoutes } from "./directory.ts";
import { faultRoutes } from "./faults.ts";
import { partnerOf } from "./partner.ts";
import { plant } from "./plant.ts";
import { replayRoute } from "./replay.ts";

/** The port that builds and moves the simulated cloud. Tests and the launcher use it; the product never does. */
export function adminApp(world: World): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    const expected = [z.ZodError, RangeError, SyntaxError].some((kind) => error instanceof kind);
    return c.json({ error: error.message }, expected ? 400 : 500);
  });
  const tenantOf = (id: string): Tenant => {
    const tenant = world.findTenant(id);
    if (!tenant) throw new RangeError(`no tenant '${id}'`);
    return tenant;
  };

  app.get("/admin/clock", (c) => c.json({ now: world.clock.iso(), offsetMs: world.clock.offsetMs }));
  app.post("/admin/clock", async (c) => {
    const body = z
      .object({ now: z.iso.datetime().optional(), advanceMs: z.number().min(0).optional() })
      .parse(await c.req.json());
    if (body.now) world.clock.set(Date.parse(body.now));
    if (body.advanceMs !== undefined) world.clock.advance(body.advanceMs);
    settle(world);
    for (const tenant of world.tenants.values()) publishBlobs(tenant, world.clock.now());
    world.touched();
    return c.json({ now: world.clock.iso(), offsetMs: world.clock.offsetMs });
  });

  app.get("/admin/stories", (c) =>
    c.json({ stories: SCENARIOS.map(({ id, title, twinOf, p1, synced }) => ({ id, title, twinOf, p1, synced })) }),
  );
  app.get("/admin/tenants", (c) => c.json({ tenants: [...world.tenants.values()].map(summary) }));
  app.get("/admin/tenants/:tid", (c) => c.json(summary(tenantOf(c.req.param("tid")))));
  app.post("/admin/tenants", async (c) => {
    const body = z
      .object({
        story: z.string().refine(isStory, "unknown story"),
        seed: z.union([z.string(), z.number()]).transform(String),
        name: z.string().optional(),
        phase: z.enum(["history", "full"]).default("full"),
        startAt: z.iso.datetime().optional(),
        p1: z.boolean().optional(),
        p2: z.boolean().optional(),
        people: z.number().int().min(5).max(25).optional(),
        records: z.number().int().positive().optional(),
        traps: z.boolean().optional(),
        consent: z.boolean().default(false),
      })
      .parse(await c.req.json());
    const startAt = body.startAt ? Date.parse(body.startAt) : undefined;
    const tenant = createTenant(world, { ...body, startAt });
    if (body.consent) {
      grantConsent(world, tenant);
      giveDirectoryRoles(world, tenant);
    }
    return c.json(summary(tenant), 201);
  });
  app.delete("/admin/tenants/:tid", (c) => {
    tenantOf(c.req.param("tid")).gone = true;
    world.touched();
    return c.body(null, 204);
  });
  app.post("/admin/tenants/:tid/attack", async (c) => {
    const text = await c.req.text();
    const order = z
      .strictObject({
        victims: z.number().int().positive().optional(),
        campaign: z.string().min(1).max(200).optional(),
      })
      .parse(text === "" ? {} : JSON.parse(text));
    return c.json(attackTenant(world, tenantOf(c.req.param("tid")), order));
  });

  app.post("/admin/tenants/:tid/consent", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z
      .object({
        state: z.enum(["granted", "removed", "disabled", "never"]).default("granted"),
        roles: z.record(z.string(), z.array(z.string())).optional(),
        directoryRoles: z.union([z.boolean(), z.array(z.string())]).default(true),
      })
      .parse(await c.req.json());
    if (body.state === "granted") {
      grantConsent(world, tenant, { roles: body.roles });
      if (Array.isArray(body.directoryRoles)) giveDirectoryRoles(world, tenant, body.directoryRoles);
      else giveDirectoryRoles(world, tenant, body.directoryRoles ? undefined : []);
    } else {
      setInstallation(world, tenant, body.state);
    }
    return c.json(summary(tenant));
  });
  app.post("/admin/tenants/:tid/authority", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    tenant.writesAllowed = z.object({ writesAllowed: z.boolean() }).parse(await c.req.json()).writesAllowed;
    world.touched();
    return c.json({ writesAllowed: tenant.writesAllowed });
  });
  app.post("/admin/tenants/:tid/settings", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const body = z
      .object({
        p1: z.boolean().optional(),
        auditEnabled: z.boolean().optional(),
        auditSince: z.iso.datetime().optional(),
        syncMode: z.enum(["reverts", "stays"]).optional(),
        passwordWriteback: z.boolean().optional(),
      })
      .parse(await c.req.json());
    if (body.p1 !== undefined) tenant.p1 = body.p1;
    if (body.auditEnabled !== undefined) tenant.auditEnabled = body.auditEnabled;
    if (body.auditSince) tenant.auditSince = Date.parse(body.auditSince);
    if (body.syncMode) tenant.sync.mode = body.syncMode;
    if (body.passwordWriteback !== undefined) tenant.passwordWriteback = body.passwordWriteback;
    world.touched();
    return c.json(summary(tenant));
  });

  app.post("/admin/tenants/:tid/work", (c) => c.json({ records: workOn(world, tenantOf(c.req.param("tid"))) }));

  faultRoutes(app, world, tenantOf);
  attackerRoutes(app, world, tenantOf);
  directoryRoutes(app, world, tenantOf);

  app.post("/admin/tenants/:tid/records", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    const records = z.array(z.record(z.string(), z.unknown())).default([]);
    const body = z.object({ ual: records, signIns: records, directoryAudits: records }).parse(await c.req.json());
    for (const r of body.ual)
      addUal(world, tenant, Date.parse(`${String(r.CreationTime).replace(/Z$/, "")}Z`), r, true);
    for (const r of body.signIns)
      addSignIn(
        world,
        tenant,
        Date.parse(String(r.createdDateTime)),
        r.isInteractive === false ? "nonInteractiveUser" : "interactiveUser",
        r,
        true,
      );
    for (const r of body.directoryAudits)
      addDirectoryAudit(world, tenant, Date.parse(String(r.activityDateTime)), r, true);
    world.touched();
    return c.json({
      added: body.ual.length + body.signIns.length + body.directoryAudits.length,
      at: graphTime(world.clock.now()),
    });
  });

  app.post("/admin/partner", async (c) => {
    const body = z
      .object({
        tenants: z.array(z.string()),
        name: z.string().default("Partner"),
        gdapRoles: z.array(z.string()).optional(),
      })
      .parse(await c.req.json());
    return c.json(
      partnerOf(
        world,
        body.name,
        body.tenants.map((id) => tenantOf(id).id),
        body.gdapRoles,
      ),
      201,
    );
  });
  app.post("/admin/certificates", async (c) => {
    const body = z.object({ pem: z.string(), acceptedInMs: z.number().default(0) }).parse(await c.req.json());
    world.our.certificates.push({ pem: body.pem, acceptedFrom: world.clock.now() + body.acceptedInMs });
    return c.json({ certificates: world.our.certificates.length }, 201);
  });
  app.post("/admin/tenants/:tid/plant", async (c) => {
    const tenant = tenantOf(c.req.param("tid"));
    return c.json(plant(world, tenant, await c.req.json()), 201);
  });
  replayRoute(app, world);
  return app;
}

function summary(tenant: Tenant) {
  const victim = tenant.users.find((u) => u.id === tenant.victimId);
  return {
    tenantId: tenant.id,
    displayName: tenant.displayName,
    domain: tenant.domain,
    story: tenant.story,
    seed: tenant.seed,
    gone: tenant.gone,
    p1: tenant.p1,
    p2: tenant.p2,
    consent: tenant.installation.state,
    attacked: tenant.attacked,
    records: { ual: tenant.ual.length, signIns: tenant.signIns.length, directoryAudits: tenant.directoryAudits.length },
    accounts: tenant.users.map((u) => ({
      objectId: u.id,
      upn: u.upn,
      displayName: u.displayName,
      role: tenant.accountRoles[u.id] ?? "employee",
    })),
    victim: victim ? { objectId: victim.id, upn: victim.upn } : null,
    attack: tenant.attack,
  };
}
