import { graphTime } from "../../clock.ts";
import type { Application, Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, notFound } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { PAGE, spOf, thirdParty } from "./apps.ts";
import { noContent } from "./find.ts";
import { type GraphRoutes, READ_APPS, WRITE_APPS } from "./route.ts";

/** App registrations of the tenant, and credentials of registrations and service principals. */
export function applicationRoutes(routes: GraphRoutes): void {
  routes.on("get", "/applications", READ_APPS, (call) =>
    page(call, call.tenant.applications.map(applicationJson), PAGE, "applications"),
  );
  routes.on("get", "/applications/:app", READ_APPS, (call) =>
    entity(call, applicationJson(applicationOf(call)), "applications"),
  );
  routes.on("patch", "/applications/:app", WRITE_APPS, (call) => {
    const app = applicationOf(call);
    const { isDisabled } = call.body();
    if (typeof isDisabled !== "boolean") throw badRequest("The simulated cloud changes isDisabled only.");
    const before = app.isDisabled;
    app.isDisabled = isDisabled;
    call.effect({
      effect: isDisabled ? "disable application" : "enable application",
      target: app.id,
      before,
      after: isDisabled,
    });
    return noContent();
  });
  for (const [operation, list] of [
    ["removePassword", "passwordCredentials"],
    ["removeKey", "keyCredentials"],
  ] as const) {
    const remove = (
      call: Call,
      owner: { id: string; passwordCredentials: Json[]; keyCredentials: Json[] },
    ): Response => {
      const { keyId } = call.body();
      const before = owner[list];
      if (!before.some((credential) => credential.keyId === keyId))
        throw badRequest("No credentials found to be removed.");
      owner[list] = before.filter((credential) => credential.keyId !== keyId);
      call.effect({
        effect: operation === "removeKey" ? "remove key credential" : "remove password credential",
        target: owner.id,
        before,
        after: owner[list],
      });
      return noContent();
    };
    routes.on("post", `/applications/:app/${operation}`, WRITE_APPS, (call) => remove(call, applicationOf(call)));
    routes.on("post", `/servicePrincipals/:sp/${operation}`, WRITE_APPS, (call) =>
      remove(call, thirdParty(call, spOf(call))),
    );
  }
}

function applicationOf(call: Call): Application {
  const key = decodeURIComponent(call.c.req.param("app") ?? "");
  const app = call.tenant.applications.find((a) =>
    key.startsWith("appId=") ? a.appId === key.slice(6) : a.id === key,
  );
  if (!app) throw notFound(key);
  return app;
}

function applicationJson(app: Application): Json {
  return {
    id: app.id,
    appId: app.appId,
    displayName: app.displayName,
    createdDateTime: graphTime(app.createdAt),
    isDisabled: app.isDisabled ? true : null,
    keyCredentials: app.keyCredentials,
    passwordCredentials: app.passwordCredentials,
    signInAudience: "AzureADMyOrg",
  };
}
