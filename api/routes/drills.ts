import { z } from "@hono/zod-openapi";
import { attackDrill, discardDrill, endDrill, readDrill, readDrills, startDrill } from "../drills.ts";
import { body, createRouter, json, route } from "../route.ts";
import { drillListSchema, drillSchema, startDrillSchema } from "../schema/drill.ts";
import { id } from "../schema/parts.ts";

const params = z.object({ id });
const done = (description: string) => ({ 204: { description } });

const list = route("drill.run", {
  method: "get",
  path: "/api/drills",
  summary: "Drills, and the stories they can be about",
  responses: { 200: json(drillListSchema, "Drills.") },
});
const start = route("drill.run", {
  method: "post",
  path: "/api/drills",
  summary: "Begin a drill: a tenant of its own in the simulated cloud",
  request: { body: body(startDrillSchema) },
  responses: { 201: json(z.object({ id }), "The drill's tenant is being onboarded.") },
});
const one = route("drill.run", {
  method: "get",
  path: "/api/drills/{id}",
  summary: "A drill with its debrief as it stands",
  request: { params },
  responses: { 200: json(drillSchema, "The drill.") },
});
const attack = route("drill.run", {
  method: "post",
  path: "/api/drills/{id}/attack",
  summary: "Play the attack of the drill's story",
  request: { params },
  responses: done("It is being played."),
});
const end = route("drill.run", {
  method: "post",
  path: "/api/drills/{id}/end",
  summary: "End the drill",
  request: { params },
  responses: done("Ended."),
});
const discard = route("drill.run", {
  method: "post",
  path: "/api/drills/{id}/discard",
  summary: "Throw the drill's tenant away",
  request: { params },
  responses: done("Thrown away."),
});

export const drillRoutes = createRouter()
  .openapi(list, async (c) => c.json(await readDrills(c), 200))
  .openapi(start, async (c) => c.json(await startDrill(c, c.req.valid("json")), 201))
  .openapi(one, async (c) => c.json(await readDrill(c, c.req.valid("param").id), 200))
  .openapi(attack, async (c) => {
    await attackDrill(c, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(end, async (c) => {
    await endDrill(c, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(discard, async (c) => {
    await discardDrill(c, c.req.valid("param").id);
    return c.body(null, 204);
  });
