import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { keyIdOf } from "#domain/evidence/file.ts";

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS 8 and SPKI. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Signs for this installation. Keys are raw and hex; `keyId` is what people compare. */
export type Signer = { keyId: string; publicKey: string; sign: (text: string) => string };

/** The installation's Ed25519 key, derived from its master key: the same in every process, and in every backup of it. */
export function createSigner(masterKey: Uint8Array): Signer {
  const seed = Buffer.from(hkdfSync("sha256", masterKey, new Uint8Array(), "petra:evidence-signing", 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = spki.subarray(SPKI.length).toString("hex");
  return { keyId: keyIdOf(publicKey), publicKey, sign: (text) => sign(null, Buffer.from(text), key).toString("hex") };
}

/** Is `signature` one of `text` by the key `publicKey`? Both raw and hex; false for anything malformed. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI, Buffer.from(publicKey, "hex")]),
      format: "der",
      type: "spki",
    });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, "hex"));
  } catch {
    return false;
  }
}
