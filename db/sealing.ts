import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Derived once a master key and purpose: every payload of every workflow is sealed. */
const derived = new WeakMap<Uint8Array, Map<string, KeyObject>>();

function keyFor(masterKey: Uint8Array, purpose: string): KeyObject {
  const ofMaster = derived.get(masterKey) ?? new Map<string, KeyObject>();
  derived.set(masterKey, ofMaster);
  const known = ofMaster.get(purpose);
  if (known) return known;
  const bytes = hkdfSync("sha256", masterKey, new Uint8Array(), `petra:${purpose}`, 32);
  const made = createSecretKey(new Uint8Array(bytes));
  ofMaster.set(purpose, made);
  return made;
}

/**
 * Seals with AES-256-GCM under a key derived from the 32-byte master key for this purpose.
 * `context` (for example the row's id) must be given again to open. Shape: iv (12 bytes) | tag (16) | ciphertext.
 */
export function seal(masterKey: Uint8Array, purpose: string, context: string, plain: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(masterKey, purpose), iv).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return new Uint8Array(Buffer.concat([iv, cipher.getAuthTag(), body]));
}

/** Opens what `seal` made; throws when key, purpose, context or bytes are not the same. */
export function unseal(masterKey: Uint8Array, purpose: string, context: string, sealed: Uint8Array): Uint8Array {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv("aes-256-gcm", keyFor(masterKey, purpose), bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return new Uint8Array(plain);
}

/** Purpose under which a partner's refresh token is sealed; the context is the id of the organization. */
export const PARTNER_PURPOSE = "partner-sign-in";

/** Purpose under which generated passwords are sealed; the context is the id of the incident (S40). */
export const PASSWORD_PURPOSE = "generated-password";
