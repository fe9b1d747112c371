import type { AuthMethod, Json } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, notFound } from "../errors.ts";
import { page } from "../odata.ts";
import { noContent, requireRoleForAdminTarget, userOf } from "./find.ts";
import type { GraphRoutes } from "./route.ts";

const READ = [["UserAuthenticationMethod.Read.All"], ["UserAuthenticationMethod.ReadWrite.All"]];
const WRITE = [["UserAuthenticationMethod.ReadWrite.All"]];

/** Collection segment → method type (Graph authenticationMethod resource). */
const COLLECTIONS: Record<string, string> = {
  phoneMethods: "phoneAuthenticationMethod",
  microsoftAuthenticatorMethods: "microsoftAuthenticatorAuthenticationMethod",
  fido2Methods: "fido2AuthenticationMethod",
  softwareOathMethods: "softwareOathAuthenticationMethod",
  temporaryAccessPassMethods: "temporaryAccessPassAuthenticationMethod",
  windowsHelloForBusinessMethods: "windowsHelloForBusinessAuthenticationMethod",
  emailMethods: "emailAuthenticationMethod",
};

export function methodRoutes(routes: GraphRoutes): void {
  routes.on("get", "/users/:user/authentication/methods", READ, (call) =>
    page(
      call,
      userOf(call).methods.map(methodJson),
      { defaultSize: 100, maxSize: 999 },
      "users('me')/authentication/methods",
    ),
  );
  for (const [segment, type] of Object.entries(COLLECTIONS)) {
    routes.on("delete", `/users/:user/authentication/${segment}/:method`, WRITE, (call) => remove(call, type));
  }
}

function remove(call: Call, type: string): Response {
  const user = userOf(call);
  requireRoleForAdminTarget(call, user);
  const id = decodeURIComponent(call.c.req.param("method") ?? "");
  const method = user.methods.find((m) => m.id === id && m.type === type);
  if (!method) throw notFound(id);
  const others = user.methods.filter((m) => m !== method && m.type !== "passwordAuthenticationMethod");
  if (method.details.isDefault === true && others.length > 0) {
    throw badRequest("The method is the user's default method and cannot be deleted while others exist.", "badRequest");
  }
  user.methods = user.methods.filter((m) => m !== method);
  call.effect({
    effect: "delete authentication method",
    target: `${user.id}/${id}`,
    before: methodJson(method),
    after: null,
  });
  return noContent();
}

function methodJson(method: AuthMethod): Json {
  const { isDefault: _isDefault, ...details } = method.details;
  return {
    "@odata.type": `#microsoft.graph.${method.type}`,
    id: method.id,
    createdDateTime: method.createdDateTime,
    ...details,
  };
}
