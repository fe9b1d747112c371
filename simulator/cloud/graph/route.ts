import type { Hono } from "hono";
import { RESOURCE } from "../../state/identifiers.ts";
import { authenticate } from "../authenticate.ts";
import type { Bindings, Call } from "../call.ts";
import { CloudError, denied, graphError } from "../errors.ts";
import type { TokenService } from "../tokens.ts";

/** Any of the inner lists is enough; an inner list needs all of its app roles. */
export type Permission = readonly (readonly string[])[];
type Handler = (call: Call) => Response | Promise<Response>;
export type Method = "get" | "post" | "patch" | "delete";

export interface GraphRoutes {
  on(method: Method, path: string, permission: Permission, handler: Handler): void;
}

/** Registers a Graph operation under v1.0 and beta: token, app role, then the handler; errors as Graph envelopes. */
export function graphRoutes(app: Hono<{ Bindings: Bindings }>, tokens: TokenService): GraphRoutes {
  return {
    on(method, path, permission, handler) {
      for (const version of ["/v1.0", "/beta"]) {
        app[method](version + path, async (c) => {
          try {
            const call = await authenticate(c, tokens, RESOURCE.graph.audience);
            if (!permitted(call, permission)) throw denied();
            return await handler(call);
          } catch (error) {
            if (error instanceof CloudError) return graphError(c, error);
            if (error instanceof SyntaxError)
              return graphError(c, new CloudError(400, "BadRequest", "Unable to read JSON request payload."));
            throw error;
          }
        });
      }
    },
  };
}

function permitted(call: Call, permission: Permission): boolean {
  if (call.claims.idtyp === "user") {
    const scopes = (call.claims.scp ?? "").split(" ");
    return permission.some((all) => all.every((role) => scopes.includes(role)));
  }
  return permission.some((all) => all.every((role) => call.claims.roles.includes(role)));
}

export const READ_DIRECTORY: Permission = [["Directory.Read.All"], ["Directory.ReadWrite.All"]];
export const READ_USERS: Permission = [["User.Read.All"], ["User.ReadWrite.All"], ...READ_DIRECTORY];
export const READ_MAIL: Permission = [["Mail.Read"], ["Mail.ReadWrite"]];
export const WRITE_MAIL: Permission = [["Mail.ReadWrite"]];
export const READ_MAIL_SETTINGS: Permission = [["MailboxSettings.Read"], ["MailboxSettings.ReadWrite"]];
export const WRITE_MAIL_SETTINGS: Permission = [["MailboxSettings.ReadWrite"]];
export const READ_APPS: Permission = [["Application.Read.All"], ["Application.ReadWrite.All"], ...READ_DIRECTORY];
export const WRITE_APPS: Permission = [["Application.ReadWrite.All"]];
