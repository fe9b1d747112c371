import { registerHooks } from "node:module";

type Mend = [find: string, replace: string];

/**
 * When a connection dies inside a transaction, postgres.js 3.4.9 writes `rollback` to a socket that is gone, which ends the
 * whole process, or to the next connection of the same slot, which then hangs (porsager/postgres issues 1066, 1154, 1208;
 * not released). Until it is, the source is mended as it is loaded: every later query of a lost transaction is rejected, and
 * nothing half written is kept for the next connection.
 *
 * And of the connections that wait it takes the one used last, not each in its turn: queries are prepared once a connection
 * (db/client.ts), so a rare one, such as a lock's, met a connection that did not know it nearly every time.
 */
const MENDS: Record<string, Mend[]> = {
  "/postgres/src/connection.js": [
    ["if (terminated)\n      return queryError", "if (terminated || !socket)\n      return queryError"],
    [
      "const x = socket.write(chunk, fn)",
      "if (!socket) { chunk = nextWriteTimer = null; return true }\n    const x = socket.write(chunk, fn)",
    ],
    [
      "    socket = null\n\n    if (initial)",
      "    socket = null\n    chunk = nextWriteTimer = null\n\n    if (initial)",
    ],
    [
      "!hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))",
      ";(query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    query = results = errorResponse = null\n    result = new Result()",
    ],
  ],
  "/postgres/src/queue.js": [
    [
      "    shift: () => {",
      "    pop: () => {\n      const out = xs.pop()\n      if (index === xs.length) { index = 0; xs = [] }\n      return out\n    },\n    shift: () => {",
    ],
  ],
  "/postgres/src/index.js": [
    ["go(open.shift(), query)", "go(open.pop(), query)"],
    [", connection\n      , prepare = null", ", connection\n      , lost = null\n      , prepare = null"],
    [
      "new Promise((_, reject) => connection.onclose = reject)",
      "new Promise((_, reject) => connection.onclose = e => { lost = e; while (queries.length) queries.shift().reject(e); reject(e) })",
    ],
    [
      "q.catch(e => uncaughtError || (uncaughtError = e))\n",
      "q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost) return q.reject(lost)\n",
    ],
  ],
};

/** To be called before anything that imports the driver is loaded: first thing in the entry of a process. */
export function mendDriver(): void {
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const mends = Object.entries(MENDS).find(([path]) => url.endsWith(path))?.[1];
      if (!mends) return loaded;
      let source = Buffer.from(loaded.source as Uint8Array).toString("utf8");
      for (const [find, replace] of mends) {
        if (!source.includes(find))
          throw new Error("postgres.js has changed: look whether db/driver-patch.ts is still needed.");
        source = source.replace(find, () => replace);
      }
      return { ...loaded, source };
    },
  });
}
