import { randomBytes } from "node:crypto";
import { defaultPayloadConverter } from "@temporalio/common";
import { describe, expect, it } from "vitest";
import { createCodec, type DataKeyStore, parseMasterKey, type WrappedKey } from "./codec.ts";
import { workflowIds } from "./workflow-ids.ts";

function memoryStore(): DataKeyStore & { keys: Map<string, WrappedKey> } {
  const keys = new Map<string, WrappedKey>();
  return {
    keys,
    of: async (tenantId) => keys.get(tenantId ?? ""),
    byId: async (keyId) => [...keys.values()].find((k) => k.keyId === keyId),
    add: async (tenantId, key) => {
      const known = keys.get(tenantId ?? "");
      if (known) return known;
      keys.set(tenantId ?? "", key);
      return key;
    },
  };
}
const tenantA = crypto.randomUUID();
const tenantB = crypto.randomUUID();
const about = (tenantId: string) =>
  ({ type: "workflow", namespace: "n", workflowId: workflowIds.monitor(tenantId) }) as const;
const payload = (value: unknown) => [defaultPayloadConverter.toPayload(value)];
const keyOf = (p: { metadata?: Record<string, Uint8Array> | null } | undefined) =>
  new TextDecoder().decode(p?.metadata?.["petra-key-id"]);

describe("the payload codec", () => {
  const masterKey = randomBytes(32);
  it("seals with the key of the tenant and opens without knowing the workflow [S39]", async () => {
    const codec = createCodec({ store: memoryStore(), masterKey });
    const [sealed] = await codec.encode(payload({ word: "tell-tale" }), about(tenantA));
    if (!sealed) throw new Error("nothing sealed");
    expect(Buffer.from(sealed.data ?? []).toString("latin1")).not.toContain("tell-tale");
    const [opened] = await codec.decode([sealed]);
    expect(defaultPayloadConverter.fromPayload(opened ?? {})).toEqual({ word: "tell-tale" });
  });
  it("gives each tenant a key of its own, and the installation one", async () => {
    const store = memoryStore();
    const codec = createCodec({ store, masterKey });
    const [a] = await codec.encode(payload(1), about(tenantA));
    const [b] = await codec.encode(payload(1), about(tenantB));
    const [none] = await codec.encode(payload(1), { type: "workflow", namespace: "n", workflowId: "collect/0" });
    expect(new Set([keyOf(a), keyOf(b), keyOf(none)]).size).toBe(3);
    const restarted = createCodec({ store, masterKey });
    const [again] = await restarted.encode(payload(1), about(tenantA));
    expect(keyOf(again)).toBe(keyOf(a));
    expect(await restarted.decode(a ? [a] : [])).toHaveLength(1);
  });
  it("fails closed on a flipped byte, an unknown key and another master key", async () => {
    const store = memoryStore();
    const codec = createCodec({ store, masterKey });
    const [sealed] = await codec.encode(payload("x"), about(tenantA));
    const data = Uint8Array.from(sealed?.data ?? []);
    data[data.length - 1] = (data.at(-1) ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow();
    const metadata = { ...sealed?.metadata, "petra-key-id": new TextEncoder().encode("dk-other") };
    await expect(codec.decode([{ ...sealed, metadata }])).rejects.toThrow("Unknown data key");
    const foreign = createCodec({ store, masterKey: randomBytes(32) });
    await expect(foreign.decode(sealed ? [sealed] : [])).rejects.toThrow();
  });
  it("says what is wrong with a master key", () => {
    expect(() => parseMasterKey("c2hvcnQ=")).toThrow("32 bytes");
  });
});
