import { randomUUID } from "node:crypto";
import { withToken } from "./bearer.ts";
import { asObject, asRows, asText, parseObject, readRetryAfter } from "./faults.ts";
import { retryLater } from "./graph.ts";
import type { FaultClass, WriteOutcome } from "./m365.ts";
import { M365Fault } from "./m365.ts";
import type { TokenSource } from "./tokens.ts";
import { RESOURCES } from "./tokens.ts";
import type { Wire, WireAnswer } from "./wire.ts";
import { readAnswer, WireLost } from "./wire.ts";
import { outcomeOfLost, refusal } from "./writes.ts";

export type Cmdlet = { name: string; parameters?: Record<string, unknown> };

/** Exchange Online cmdlets over `InvokeCommand`, as the Exchange PowerShell module itself calls them. */
export type Exchange = {
  /** All rows; property annotations (keys with "@") are dropped. Throws M365Fault. */
  read(cmdlet: Cmdlet): Promise<Record<string, unknown>[]>;
  /** A 200 says little here (an empty value either way): callers read back. */
  write(cmdlet: Cmdlet): Promise<WriteOutcome>;
};

const ROLE_FIX = "Assign Petra's application the role Exchange Administrator in the tenant";

export function createExchange(deps: { tenantId: string; wire: Wire; tokens: TokenSource }): Exchange {
  const { tenantId } = deps;
  const endpoint = `${RESOURCES.exchange}/adminapi/beta/${tenantId}/InvokeCommand`;

  const send = (cmdlet: Cmdlet, url: string): Promise<WireAnswer & { isCut: boolean }> =>
    withToken(deps.tokens, { tenantId, resource: "exchange" }, async (token) => {
      const response = await deps.wire.fetch(url, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "x-anchormailbox": `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${tenantId}`,
          "x-cmdletname": cmdlet.name,
          prefer: "odata.maxpagesize=1000",
          "parameter-based-routing": "true",
          "connection-id": randomUUID(),
          "client-request-id": randomUUID(),
        },
        body: JSON.stringify({ CmdletInput: { CmdletName: cmdlet.name, Parameters: cmdlet.parameters ?? {} } }),
      });
      return readAnswer(response, deps.wire.clock);
    });

  return {
    async read(cmdlet) {
      const rows: Record<string, unknown>[] = [];
      let url: string | undefined = endpoint;
      while (url) {
        // The next page is the same body posted again to the link.
        const answer: WireAnswer & { isCut: boolean } = await send(cmdlet, url).catch(retryLater);
        if (answer.status !== 200) throw exchangeFault(answer, cmdlet.name);
        const json = parseObject(answer.text);
        if (answer.isCut || !json) throw new M365Fault("retry", `${cmdlet.name}: answer broke off`, answer);
        rows.push(...asRows(json.value).map(withoutAnnotations));
        url = asText(json["@odata.nextLink"]);
      }
      return rows;
    },
    async write(cmdlet) {
      let answer: WireAnswer;
      try {
        answer = await send(cmdlet, endpoint);
      } catch (error) {
        if (error instanceof WireLost) return outcomeOfLost(error, cmdlet.name);
        throw error;
      }
      const { requestId, status } = answer;
      if (status >= 200 && status <= 299) return { kind: "accepted", requestId };
      const problem = readExchangeError(answer);
      const faultClass = classOf(answer, problem);
      if (faultClass === "not-found") return { kind: "gone", requestId };
      if (status >= 500) return { kind: "unknown", reason: `${cmdlet.name}: ${status}`, requestId };
      if (faultClass === "retry" || faultClass === "needs-consent") throw exchangeFault(answer, cmdlet.name);
      return refusal(
        problem.code ?? String(status),
        problem.message,
        status === 403 ? { otherwise: ROLE_FIX } : {},
        requestId,
      );
    },
  };
}

type ExchangeProblem = { code: string | undefined; exception: string | undefined; message: string | undefined };

/** The useful text lies deep: innererror.internalexception, then details[0] behind two "|" prefixes, then message. */
function readExchangeError(answer: WireAnswer): ExchangeProblem {
  const error = asObject(parseObject(answer.text)?.error);
  const internal = asObject(asObject(error?.innererror ?? error?.innerError)?.internalexception);
  const detail = asText(asRows(error?.details)[0]?.message)?.split("|");
  return {
    code: asText(error?.code),
    exception: asText(internal?.type) ?? detail?.[1],
    message: asText(internal?.message) ?? detail?.slice(2).join("|") ?? asText(error?.message),
  };
}

function classOf(answer: WireAnswer, problem: ExchangeProblem): FaultClass {
  if (answer.status === 429 || answer.status >= 500) return "retry";
  if (answer.status === 401) return "needs-consent";
  if (problem.exception?.endsWith("ManagementObjectNotFoundException") || problem.code === "NotFound")
    return "not-found";
  if (answer.status === 404) return "not-found";
  // NUL bytes, HTML or nothing: the app role is there, the directory role is not.
  if (answer.status === 403) return "refused";
  return "our-fault";
}

function exchangeFault(answer: WireAnswer, name: string): M365Fault {
  const problem = readExchangeError(answer);
  const fix = answer.status === 403 ? `; ${ROLE_FIX}` : "";
  const code = problem.exception?.split(".").at(-1) ?? problem.code;
  return new M365Fault(classOf(answer, problem), `${name}: ${answer.status}${code ? ` ${code}` : ""}${fix}`, {
    status: answer.status,
    code,
    requestId: answer.requestId,
    retryAfterMs: readRetryAfter(answer.headers, answer.receivedAt),
  });
}

const withoutAnnotations = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !key.includes("@")));
