import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { DataConverter, Payload, PayloadCodec, SerializationContext } from "@temporalio/common";
import proto from "@temporalio/proto";
import { seal, unseal } from "#db/sealing.ts";
import { tenantOfWorkflow } from "#temporal/workflow-ids.ts";

/** A data key as stored: wrapped by the master key (D28). */
export type WrappedKey = { keyId: string; wrapped: Uint8Array };
export type DataKeyStore = {
  /** The tenant's key, null = the installation's; undefined when none was made yet. */
  of(tenantId: string | null): Promise<WrappedKey | undefined>;
  byId(keyId: string): Promise<WrappedKey | undefined>;
  /** Stores the key unless one is there; answers the one that counts. */
  add(tenantId: string | null, key: WrappedKey): Promise<WrappedKey>;
};

const ENCODING = "binary/petra-aes256gcm";
const KEY_ID = "petra-key-id";
const WRAPPING = "data-key";
const PAYLOAD = "temporal-payload";
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const asText = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? new Uint8Array());

/** 32 bytes in base64, as the launcher makes it. Throws on any other length. */
export function parseMasterKey(base64: string): Uint8Array {
  const key = Buffer.from(base64, "base64");
  if (key.length !== 32) throw new Error("PETRA_MASTER_KEY must be 32 bytes in base64");
  return key;
}

class KeyRing {
  readonly #store: DataKeyStore;
  readonly #master: Uint8Array;
  readonly #byId = new Map<string, Promise<Uint8Array>>();
  readonly #byTenant = new Map<string, Promise<string>>();

  constructor(store: DataKeyStore, master: Uint8Array) {
    this.#store = store;
    this.#master = master;
  }

  #open(key: WrappedKey): Uint8Array {
    return unseal(this.#master, WRAPPING, key.keyId, key.wrapped);
  }

  async key(keyId: string): Promise<Uint8Array> {
    return remember(this.#byId, keyId, async () => {
      const stored = await this.#store.byId(keyId);
      if (!stored) throw new Error(`Unknown data key ${keyId}`);
      return this.#open(stored);
    });
  }

  /** Id of the key that seals for this tenant (undefined = installation); made at first use. */
  async keyIdOf(tenantId: string | undefined): Promise<string> {
    return remember(this.#byTenant, tenantId ?? "", async () => {
      const stored = (await this.#store.of(tenantId ?? null)) ?? (await this.#make(tenantId ?? null));
      this.#byId.set(stored.keyId, Promise.resolve(this.#open(stored)));
      return stored.keyId;
    });
  }

  #make(tenantId: string | null): Promise<WrappedKey> {
    const keyId = `dk-${crypto.randomUUID()}`;
    return this.#store.add(tenantId, { keyId, wrapped: seal(this.#master, WRAPPING, keyId, randomBytes(32)) });
  }
}

function remember<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  made.catch(() => map.delete(key));
  return made;
}

/**
 * Seals every payload with its tenant's data key; the tenant comes from the workflow id, opening needs the key id in the
 * metadata alone, so the codec endpoint of the Temporal UI can use the same object. An unknown key or a changed byte throws.
 */
export function createCodec(deps: { store: DataKeyStore; masterKey: Uint8Array }): PayloadCodec {
  const ring = new KeyRing(deps.store, deps.masterKey);
  const { Payload: Wire } = proto.temporal.api.common.v1;
  return {
    async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
      if (payloads.length === 0) return payloads;
      const keyId = await ring.keyIdOf(tenantOfWorkflow(context?.workflowId));
      const key = await ring.key(keyId);
      return payloads.map((payload) => ({
        metadata: { encoding: text(ENCODING), [KEY_ID]: text(keyId) },
        data: seal(key, PAYLOAD, keyId, Wire.encode(payload).finish()),
      }));
    },
    decode: (payloads: Payload[]): Promise<Payload[]> =>
      Promise.all(
        payloads.map(async (payload) => {
          if (asText(payload.metadata?.encoding) !== ENCODING || !payload.data) return payload;
          const keyId = asText(payload.metadata?.[KEY_ID]);
          return Wire.decode(unseal(await ring.key(keyId), PAYLOAD, keyId, payload.data));
        }),
      ),
  };
}

export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL("./failure-converter.ts", import.meta.url));

/** What client, worker and replay must share. */
export function createDataConverter(deps: { store: DataKeyStore; masterKey: Uint8Array }): DataConverter {
  return { payloadCodecs: [createCodec(deps)], failureConverterPath: FAILURE_CONVERTER_PATH };
}
