import type { Db } from "#db/client.ts";

/** Ids of what changed, as the database tells them; whoever hears it reads again in a scope of its own (S3). */
export type Change = {
  of: string;
  orgId: string;
  tenantId: string | null;
  incidentId: string | null;
  commandId: string | null;
  scanId: string | null;
};
export type Changes = {
  /** Resolves once the database tells of changes: what is read after that cannot miss one. */
  ready(): Promise<void>;
  subscribe(listener: (change: Change) => void): () => void;
  close(): Promise<void>;
};

/** One LISTEN connection of the process, shared by all streams, opened at the first one. */
export function createChanges(db: Db): Changes {
  const listeners = new Set<(change: Change) => void>();
  let listening: ReturnType<Db["raw"]["listen"]> | undefined;
  const tell = (payload: string) => {
    const change = JSON.parse(payload) as Change;
    for (const listener of listeners) listener(change);
  };
  const listen = () => {
    if (!listening) {
      listening = db.raw.listen("petra_changes", tell);
      listening.catch(() => {
        listening = undefined;
      });
    }
    return listening;
  };
  return {
    ready: async () => {
      await listen();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      void listen();
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      await (await listening?.catch(() => undefined))?.unlisten();
    },
  };
}
