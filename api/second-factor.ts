import { createHash, randomBytes, randomInt } from "node:crypto";
import { createOTP } from "@better-auth/utils/otp";

const STEP_MS = 30_000;
const DIGITS = 6;
/** A clock half a minute off still shows a code that counts. */
const STEPS_AROUND = 1;
/** Printable signs, which the library takes as bytes: 20 of them are 130 random bits and 32 letters to type by hand. */
const [FIRST_SIGN, AFTER_LAST_SIGN] = [33, 127];
const SEED_LENGTH = 20;

export const newSeed = (): string =>
  Array.from({ length: SEED_LENGTH }, () => String.fromCharCode(randomInt(FIRST_SIGN, AFTER_LAST_SIGN))).join("");

const otp = (seed: string) => createOTP(seed, { digits: DIGITS, period: STEP_MS / 1000 });

/** The code an authenticator shows at this moment. */
export const codeAt = (seed: string, now: Date): Promise<string> => otp(seed).hotp(Math.floor(now.getTime() / STEP_MS));

/** What an authenticator reads from the picture, and the key in it to type by hand. */
export function enrolmentOf(seed: string, email: string): { uri: string; key: string } {
  const uri = otp(seed).url("Petra", email);
  return { uri, key: new URL(uri).searchParams.get("secret") ?? "" };
}

/** The time step whose code this is; each is taken once, so the same code again is wrong (S11). */
export async function stepOf(code: string, seed: string, after: number, now: Date): Promise<number | undefined> {
  const present = Math.floor(now.getTime() / STEP_MS);
  for (let step = present - STEPS_AROUND; step <= present + STEPS_AROUND; step++)
    if (step > after && (await otp(seed).hotp(step)) === code) return step;
  return undefined;
}

const CODES = 10;
const CODE_BYTES = 15;

/** Ten codes of 120 bits, in groups that can be read aloud. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: CODES }, () => (randomBytes(CODE_BYTES).toString("hex").match(/.{5}/g) ?? []).join("-"));

/** What is kept of a recovery code; spaces, dashes and case do not matter. */
export const hashOfRecoveryCode = (code: string): string =>
  createHash("sha256")
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ""))
    .digest("hex");
