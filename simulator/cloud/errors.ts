import { ualTime } from "../clock.ts";
import type { CloudContext } from "./call.ts";

/** An expected refusal of the cloud; becomes the error envelope of the host it is thrown in. */
export class CloudError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const notFound = (what: string): CloudError =>
  new CloudError(
    404,
    "Request_ResourceNotFound",
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const denied = (): CloudError =>
  new CloudError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

export const badRequest = (message: string, code = "Request_BadRequest"): CloudError =>
  new CloudError(400, code, message);

/** Graph error envelope (Microsoft Graph error responses). */
export function graphError(c: CloudContext, error: CloudError): Response {
  return Response.json(
    {
      error: {
        code: error.code,
        message: error.message,
        innerError: {
          date: ualTime(c.env.world.clock.now()),
          "request-id": c.env.requestId,
          "client-request-id": c.env.clientRequestId,
        },
      },
    },
    { status: error.status, headers: error.headers },
  );
}
