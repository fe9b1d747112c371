import type { ApiDeps } from "./context.ts";
import { safeError } from "./log.ts";
import { notFound, problemResponse } from "./problem.ts";
import { createRouter } from "./route.ts";
import { authRoutes } from "./routes/auth.ts";
import { campaignRoutes } from "./routes/campaigns.ts";
import { consentRoutes } from "./routes/consent.ts";
import { detectionRoutes } from "./routes/detections.ts";
import { drillRoutes } from "./routes/drills.ts";
import { emergencyRoutes } from "./routes/emergency.ts";
import { eventRoutes } from "./routes/events.ts";
import { evidenceRoutes } from "./routes/evidence.ts";
import { factorRoutes } from "./routes/factors.ts";
import { failedAttackRoutes } from "./routes/failed-attacks.ts";
import { homeRoutes } from "./routes/home.ts";
import { impactRoutes } from "./routes/impact.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { latencyRoutes } from "./routes/latency.ts";
import { neverTouchRoutes } from "./routes/never-touch.ts";
import { operationRoutes } from "./routes/operations.ts";
import { phishRoutes } from "./routes/phish.ts";
import { policyRoutes } from "./routes/policy.ts";
import { queueRoutes } from "./routes/queue.ts";
import { secondBookRoutes } from "./routes/second-book.ts";
import { secondWordRoutes } from "./routes/second-words.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { streamRoutes } from "./routes/streams.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { uncommonRoutes } from "./routes/uncommon.ts";
import { bounded, CODEC_PATH, codecCors, sameSiteOnly, securityHeaders } from "./security.ts";

export const OPENAPI_PATH = "/api/openapi.json";
const REQUEST_ID = /^[0-9a-f-]{36}$/;

/** The whole API on what the composition root gives it. */
export function createApp(deps: ApiDeps) {
  const router = createRouter();
  router.use(async (c, next) => {
    const given = c.req.header("x-request-id");
    c.set("deps", deps);
    c.set("requestId", given && REQUEST_ID.test(given) ? given : crypto.randomUUID());
    return next();
  });
  router.use(securityHeaders);
  router.use(CODEC_PATH, codecCors);
  router.use(...bounded, sameSiteOnly);
  router.notFound((c) => problemResponse(c, notFound()));
  router.onError((error, c) => {
    const answer = problemResponse(c, error);
    if (answer.status >= 500)
      deps.log.error("request.failed", {
        requestId: c.get("requestId"),
        method: c.req.method,
        status: answer.status,
        ...safeError(error),
      });
    return answer;
  });
  router.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: deps.config.publicUrl.startsWith("https:") ? "__Host-petra_session" : "petra_session",
  });
  const app = router
    .route("/", operationRoutes)
    .route("/", authRoutes)
    .route("/", factorRoutes)
    .route("/", homeRoutes)
    .route("/", tenantRoutes)
    .route("/", consentRoutes)
    .route("/", incidentRoutes)
    .route("/", eventRoutes)
    .route("/", impactRoutes)
    .route("/", detectionRoutes)
    .route("/", uncommonRoutes)
    .route("/", failedAttackRoutes)
    .route("/", evidenceRoutes)
    .route("/", latencyRoutes)
    .route("/", queueRoutes)
    .route("/", campaignRoutes)
    .route("/", phishRoutes)
    .route("/", neverTouchRoutes)
    .route("/", emergencyRoutes)
    .route("/", policyRoutes)
    .route("/", secondBookRoutes)
    .route("/", drillRoutes)
    .route("/", settingsRoutes)
    .route("/", secondWordRoutes)
    .route("/", streamRoutes);
  router.doc31(OPENAPI_PATH, { openapi: "3.1.0", info: { title: "Petra", version: "1.0.0" } });
  return app;
}
