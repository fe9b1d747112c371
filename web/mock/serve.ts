import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { mockApi } from "./api.ts";

/** Starts the built portal on the mock API, both in this process, on a port of the system's choice. */
export async function serveMock(port = 0): Promise<{ url: string; close: () => Promise<void> }> {
  process.env.PROTOCOL_HEADER = "x-forwarded-proto";
  (globalThis as Record<symbol, unknown>)[Symbol.for("petra.api.fetch")] = mockApi;
  const built = new URL("../build/handler.js", import.meta.url).href;
  const { handler } = (await import(built)) as { handler: (req: unknown, res: unknown, next: () => void) => void };
  const server: Server = createServer(async (req, res) => {
    if (!req.url?.startsWith("/api/")) {
      req.headers["x-forwarded-proto"] = "http";
      handler(req, res, () => {
        res.statusCode = 404;
        res.end();
      });
      return;
    }
    const hasBody = req.method !== "GET" && req.method !== "HEAD";
    const answer = await mockApi(
      new Request(`http://${req.headers.host}${req.url}`, {
        method: req.method ?? "GET",
        headers: Object.entries(req.headers).flatMap(([k, v]) =>
          typeof v === "string" ? [[k, v] as [string, string]] : [],
        ),
        ...(hasBody ? { body: Readable.toWeb(req) as ReadableStream, duplex: "half" } : {}),
      }),
    );
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) Readable.fromWeb(answer.body as never).pipe(res);
    else res.end();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { url } = await serveMock(Number(process.env.PORT ?? 0));
  console.log(`portal on mock data: ${url}`);
}
