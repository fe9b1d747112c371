import { z } from "@hono/zod-openapi";
import { signHead } from "#db/chain-head.ts";
import { listChainOrgs } from "#db/repos/evidence.ts";
import { createSigner } from "#db/signing.ts";
import { inScope, nowOf } from "../context.ts";
import { exportEvidence } from "../evidence/export.ts";
import { createRouter, json, route } from "../route.ts";
import { headSchema, keySchema } from "../schema/evidence.ts";
import { id } from "../schema/parts.ts";

const exported = route("incident.view", {
  method: "post",
  path: "/api/incidents/{id}/evidence",
  summary: "Export an incident's evidence as one file that can be checked without Petra",
  description:
    "JSON Lines: incident, steps, signals, orders, actions, records as received, the audit's part of the chain, the signed " +
    "head and the seal. Check it with `npm run verify-evidence -- FILE`. Each export leaves a row in the audit.",
  request: { params: z.object({ id }) },
  responses: {
    200: { description: "The file.", content: { "text/jsonl": { schema: z.string() } } },
  },
});

const key = route("public", {
  method: "get",
  path: "/api/evidence/key",
  summary: "The public key of this installation, by which evidence and heads of the audit are signed",
  responses: { 200: json(keySchema, "The key.") },
});

const heads = route("incident.view", {
  method: "get",
  path: "/api/evidence/heads",
  summary: "The signed head of the audit, to be kept somewhere else",
  description: "Whoever keeps a head can later prove that nothing up to it was changed, whoever owns the database.",
  responses: { 200: json(z.array(headSchema), "One head for each organization the viewer sees.") },
});

export const evidenceRoutes = createRouter()
  .openapi(exported, async (c) => {
    const file = await exportEvidence(c, c.req.valid("param").id);
    return new Response(file.text, {
      headers: {
        "content-type": "text/jsonl",
        "content-disposition": `attachment; filename="${file.name}"`,
      },
    });
  })
  .openapi(key, (c) => {
    const { keyId, publicKey } = createSigner(c.get("deps").masterKey);
    return c.json({ keyId, algorithm: "Ed25519" as const, publicKey }, 200);
  })
  .openapi(heads, async (c) => {
    const signer = createSigner(c.get("deps").masterKey);
    const now = nowOf(c);
    const list = await inScope(c, async (tx) => {
      const found = [];
      for (const org of await listChainOrgs(tx)) {
        const head = await signHead(tx, signer, org.id, now);
        if (head) found.push({ ...head, orgName: org.name });
      }
      return found;
    });
    return c.json(list, 200);
  });
