import { createHmac } from "node:crypto";

const STEP_SECONDS = 30;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytesOf(key: string): Buffer | undefined {
  const letters = [...key.toUpperCase().replaceAll(/[\s=-]/g, "")];
  if (letters.length < 16 || letters.some((letter) => !ALPHABET.includes(letter))) return undefined;
  const bits = letters.map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits an authenticator app shows for this key at this moment (RFC 6238), and how long they stand; undefined for what is no key. */
export function codeOf(key: string, now: Date): { code: string; secondsLeft: number } | undefined {
  const secret = bytesOf(key);
  if (!secret) return undefined;
  const seconds = Math.floor(now.getTime() / 1000);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / STEP_SECONDS)));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return { code: String(number % 1_000_000).padStart(6, "0"), secondsLeft: STEP_SECONDS - (seconds % STEP_SECONDS) };
}
