import { Hono } from "hono";
import { strike } from "../../state/faults.ts";
import { RESOURCE, ROLE } from "../../state/identifiers.ts";
import { authenticate } from "../authenticate.ts";
import type { Bindings, Call } from "../call.ts";
import { recordViolation } from "../call.ts";
import { CloudError } from "../errors.ts";
import type { TokenService } from "../tokens.ts";
import { type Cmdlet, CmdletError, type Parameters } from "./cmdlet.ts";
import { CONFIGURATION_CMDLETS } from "./configuration.ts";
import { CONNECTOR_CMDLETS } from "./connectors.ts";
import { INBOX_RULE_CMDLETS } from "./inbox-rules.ts";
import { MAILBOX_CMDLETS } from "./mailboxes.ts";
import { TRANSPORT_RULE_CMDLETS } from "./transport-rules.ts";

const CMDLETS: Record<string, Cmdlet> = {
  ...MAILBOX_CMDLETS,
  ...INBOX_RULE_CMDLETS,
  ...TRANSPORT_RULE_CMDLETS,
  ...CONNECTOR_CMDLETS,
  ...CONFIGURATION_CMDLETS,
};
const WRITERS = new Set<string>([ROLE.exchangeAdministrator, ROLE.globalAdministrator]);
const READERS = new Set<string>([...WRITERS, ROLE.securityReader, ROLE.globalReader]);

/** outlook.office365.com: InvokeCommand, the endpoint the Exchange PowerShell module itself uses. */
export function exchangeApp(tokens: TokenService): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.post("/adminapi/beta/:tenant/InvokeCommand", async (c) => {
    try {
      const call = await authenticate(c, tokens, RESOURCE.exchange.audience, c.req.param("tenant"));
      if (!call.claims.roles.includes("Exchange.ManageAsApp")) return new Response("", { status: 401 });
      return invoke(call);
    } catch (error) {
      if (error instanceof CmdletError) return cmdletFailure(error);
      if (error instanceof CloudError)
        return Response.json(
          { error: { code: error.code, message: error.message } },
          { status: error.status, headers: error.headers },
        );
      throw error;
    }
  });
  app.notFound((c) => {
    recordViolation(c, "unknown-path", c.env.seen.tenantId, new URL(c.req.url).pathname);
    return Response.json({ error: { code: "NotFound", message: "Unknown path" } }, { status: 404 });
  });
  return app;
}

function invoke(call: Call): Response {
  const input = call.body().CmdletInput as { CmdletName?: string; Parameters?: Parameters } | undefined;
  const name = input?.CmdletName ?? "";
  const cmdlet = CMDLETS[name];
  // no directory role at all: a refusal whose body is not even JSON
  if (!call.claims.wids.some((role) => READERS.has(role))) return new Response("\0\0\0", { status: 403 });
  if (!cmdlet)
    throw new CmdletError(
      "BadRequest",
      `The term '${name}' is not recognized as a name of a cmdlet.`,
      "CommandNotFoundException",
    );
  if (cmdlet.writes && !call.claims.wids.some((role) => WRITERS.has(role))) {
    throw new CmdletError(
      "BadRequest",
      `The operation couldn't be performed because '${name}' isn't present in the role definition of the current user.`,
      "CmdletAccessDeniedException",
    );
  }
  const parameters = input?.Parameters ?? {};
  const unknown = Object.keys(parameters).find(
    (p) => !p.startsWith("@") && !COMMON.has(p) && !cmdlet.parameters.includes(p),
  );
  if (unknown)
    throw new CmdletError(
      "BadRequest",
      `A parameter cannot be found that matches parameter name '${unknown}'.`,
      "AmbiguousParameterSetException",
    );
  const noop = cmdlet.writes
    ? strike(
        call.tenant,
        "exchange-noop",
        { method: "POST", path: `${call.c.env.virtualPath}/${name}` },
        call.world.rng,
      )
    : undefined;
  if (noop) {
    call.effect({ effect: `${name} (ignored)`, target: String(parameters.Identity ?? ""), before: null, after: null });
    const said = `The command completed successfully but no settings of '${parameters.Identity}' have been modified.`;
    return answer(call, [], [said]);
  }
  return answer(call, cmdlet.run(call, parameters));
}

const COMMON = new Set(["Confirm", "ErrorAction", "ResultSize", "WarningAction"]);

/** Pages by X: a next page is the same POST to the nextLink. */
function answer(call: Call, rows: object[], warnings: string[] = []): Response {
  const small = call.tenant.faults.find((fault) => fault.kind === "small-pages");
  const asked = Number(/maxpagesize=(\d+)/.exec(call.c.req.header("prefer") ?? "")?.[1] ?? 1000);
  const size = small ? Math.min(asked, Number(small.settings.size ?? 2)) : asked;
  const offset = Number(call.query.get("$skiptoken") ?? 0);
  const body: Record<string, unknown> = {
    "@odata.context": `https://outlook.office365.com/adminapi/beta/${call.tenant.id}/$metadata#Collection(Exchange.GenericHashTable)`,
  };
  if (offset + size < rows.length) {
    const url = new URL(call.url);
    url.searchParams.set("$skiptoken", String(offset + size));
    body["@odata.nextLink"] = url.toString();
  }
  body["@adminapi.warnings"] = warnings;
  body.value = rows.slice(offset, offset + size);
  return Response.json(body, { headers: { "rate-limit-remaining": "300" } });
}

function cmdletFailure(error: CmdletError): Response {
  const type = `Microsoft.Exchange.Configuration.Tasks.${error.type}`;
  return Response.json(
    {
      error: {
        code: error.code,
        message: "Error executing cmdlet",
        details: [{ code: "Context", target: "", message: `Ex6F9304|${type}|${error.message}` }],
        innererror: {
          message: "Error executing cmdlet",
          type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
          internalexception: { message: error.message, type },
        },
      },
    },
    { status: error.code === "NotFound" ? 404 : 400 },
  );
}
