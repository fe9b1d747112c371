import { randomUUID } from "node:crypto";
import type { World } from "../state/world.ts";

/** Entra token errors (Microsoft Entra authentication error codes): number → OAuth error and text. */
const TABLE: Record<number, { error: string; text: string; status?: number }> = {
  7000215: { error: "invalid_client", text: "Invalid client secret provided.", status: 401 },
  7000222: { error: "invalid_client", text: "The provided client secret keys are expired.", status: 401 },
  700027: { error: "invalid_client", text: "Client assertion failed signature validation.", status: 401 },
  700016: { error: "unauthorized_client", text: "Application was not found in the directory." },
  7000229: { error: "unauthorized_client", text: "The client application is missing service principal in the tenant." },
  7000112: { error: "unauthorized_client", text: "Application is disabled." },
  65001: { error: "invalid_grant", text: "The user or administrator has not consented to use the application." },
  65004: { error: "consent_required", text: "User declined to consent to access the app." },
  650051: { error: "invalid_grant", text: "The service principal is being created. Retry later." },
  650052: {
    error: "invalid_client",
    text: "The app is trying to access a service the organization lacks a service principal for.",
  },
  500011: { error: "invalid_resource", text: "The resource principal was not found in the tenant." },
  500014: { error: "invalid_resource", text: "The service principal for the resource is disabled." },
  90002: { error: "invalid_request", text: "Tenant not found." },
  900023: {
    error: "invalid_request",
    text: "Specified tenant identifier is neither a valid DNS name, nor a valid external domain.",
  },
  5000224: {
    error: "invalid_request",
    text: "We are sorry, this resource is not available. The tenant is being deleted.",
  },
  53003: { error: "access_denied", text: "Access has been blocked by Conditional Access policies." },
  50196: {
    error: "invalid_grant",
    text: "The server terminated an operation because it encountered a client request loop.",
  },
  90033: { error: "temporarily_unavailable", text: "A transient error has occurred. Please try again.", status: 503 },
  50020: { error: "invalid_grant", text: "User account from identity provider does not exist in tenant." },
  700082: { error: "invalid_grant", text: "The refresh token has expired due to inactivity." },
  50173: { error: "invalid_grant", text: "The provided grant has expired due to it being revoked." },
  9002313: { error: "invalid_request", text: "Invalid request. Request is malformed or invalid." },
  1002012: {
    error: "invalid_scope",
    text: "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed.",
  },
  70011: { error: "invalid_scope", text: "The provided value for the input parameter 'scope' is not valid." },
  9001023: {
    error: "invalid_request",
    text: "The grant type is not supported over the /common or /consumers endpoints.",
  },
};

/** The token endpoint's error body. */
export function aadstsError(world: World, code: number): Response {
  const row = TABLE[code] ?? { error: "invalid_request", text: "Error." };
  const trace = randomUUID();
  const correlation = randomUUID();
  const stamp = `${new Date(world.clock.now()).toISOString().slice(0, 19).replace("T", " ")}Z`;
  return Response.json(
    {
      error: row.error,
      error_description: `AADSTS${code}: ${row.text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${stamp}`,
      error_codes: [code],
      timestamp: stamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
    { status: row.status ?? 400 },
  );
}
