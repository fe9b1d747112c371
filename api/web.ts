import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pathToFileURL } from "node:url";
import { PROTOCOL_HEADER } from "./env.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const HEADERS: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

function plainNotFound(response: ServerResponse): void {
  response.writeHead(404, {
    ...HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "cache-control": "no-store",
  });
  response.end(
    '<!doctype html><html lang="en"><title>Petra</title><p>There is no page here. If you expected the portal, it has not been built yet: run npm start.</p></html>',
  );
}

/**
 * The portal as a request handler: SvelteKit's built handler, or a plain 404 page while there is none. `fetchApi` is put
 * where the portal looks for it, so that its pages ask the API without a socket in between.
 */
export async function createWebHandler(options: {
  handlerFile: string | undefined;
  isSecure: boolean;
  fetchApi: (request: Request) => Response | Promise<Response>;
}): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const { handlerFile, isSecure, fetchApi } = options;
  (globalThis as Record<symbol, unknown>)[Symbol.for("petra.api.fetch")] = fetchApi;
  if (!handlerFile || !existsSync(handlerFile)) return (_request, response) => plainNotFound(response);
  const { handler } = (await import(pathToFileURL(handlerFile).href)) as { handler: Handler };
  return (request, response) => {
    // Set here and never taken from the caller: the portal builds its own origin from it.
    request.headers[PROTOCOL_HEADER] = isSecure ? "https" : "http";
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    handler(request, response, () => plainNotFound(response));
  };
}
