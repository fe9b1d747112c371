import type { EventOutcome } from "./event.ts";

/**
 * What an Entra sign-in error code says. `password`: true = the password was right although the sign-in did not
 * complete, false = it was wrong or never looked at, undefined = says nothing.
 * Codes by "Microsoft Entra authentication and authorization error codes".
 */
export type CodeMeaning = { outcome: EventOutcome; password?: boolean; meaning: string };

const CODES: Record<string, CodeMeaning> = {
  "0": { outcome: "success", password: true, meaning: "signed in" },
  "16000": { outcome: "interrupted", meaning: "account has to be picked" },
  "16001": { outcome: "interrupted", meaning: "account has to be picked" },
  "16003": { outcome: "interrupted", meaning: "account is not in the tenant" },
  "50011": { outcome: "interrupted", meaning: "reply address does not match" },
  "50034": { outcome: "failure", password: false, meaning: "no such account" },
  "50053": { outcome: "failure", password: false, meaning: "locked out or address blocked" },
  "50055": { outcome: "failure", password: true, meaning: "password is right but expired" },
  "50056": { outcome: "failure", password: false, meaning: "no password in the directory" },
  "50057": { outcome: "failure", password: false, meaning: "account is disabled" },
  "50058": { outcome: "interrupted", meaning: "no session for silent sign-in" },
  "50059": { outcome: "failure", password: false, meaning: "no tenant found" },
  "50072": { outcome: "challenge", password: true, meaning: "second factor has to be set up" },
  "50074": { outcome: "challenge", password: true, meaning: "second factor asked for" },
  "50076": { outcome: "challenge", password: true, meaning: "second factor asked for" },
  "50078": { outcome: "challenge", password: true, meaning: "second factor has to be renewed" },
  "50079": { outcome: "challenge", password: true, meaning: "second factor has to be set up" },
  "50097": { outcome: "interrupted", meaning: "device has to prove itself" },
  "50105": { outcome: "failure", password: true, meaning: "account is not assigned to the application" },
  "50125": { outcome: "interrupted", password: true, meaning: "password reset or registration came between" },
  "50126": { outcome: "failure", password: false, meaning: "wrong user name or password" },
  "50127": { outcome: "interrupted", meaning: "broker has to be installed" },
  "50128": { outcome: "failure", password: false, meaning: "no such tenant" },
  "50129": { outcome: "interrupted", meaning: "device is not joined" },
  "50131": { outcome: "failure", password: true, meaning: "blocked by conditional access" },
  "50132": { outcome: "interrupted", meaning: "session ended after a password change" },
  "50133": { outcome: "interrupted", meaning: "session ended after a password change" },
  "50140": { outcome: "interrupted", password: true, meaning: "asked whether to stay signed in" },
  "50144": { outcome: "failure", password: true, meaning: "password of the on-premises account expired" },
  "50158": { outcome: "challenge", password: true, meaning: "external second factor asked for" },
  "50173": { outcome: "interrupted", meaning: "token was withdrawn" },
  "50196": { outcome: "interrupted", meaning: "client loops" },
  "50199": { outcome: "interrupted", password: true, meaning: "asked to confirm the sign-in" },
  "53000": { outcome: "failure", password: true, meaning: "blocked: device is not compliant" },
  "53001": { outcome: "failure", password: true, meaning: "blocked: device is not joined" },
  "53002": { outcome: "failure", password: true, meaning: "blocked: application is not approved" },
  "53003": { outcome: "failure", password: true, meaning: "blocked by conditional access" },
  "53004": { outcome: "failure", password: true, meaning: "blocked: risk while registering a second factor" },
  "53011": { outcome: "failure", password: true, meaning: "blocked: risky account" },
  "65001": { outcome: "interrupted", password: true, meaning: "application needs consent" },
  "65004": { outcome: "interrupted", password: true, meaning: "consent was declined" },
  "70043": { outcome: "interrupted", meaning: "session ended by policy" },
  "70044": { outcome: "interrupted", meaning: "session ended by policy" },
  "70046": { outcome: "interrupted", meaning: "session ended by policy" },
  "81010": { outcome: "interrupted", meaning: "seamless sign-on failed" },
  "81012": { outcome: "interrupted", meaning: "another account is signed in" },
  "81014": { outcome: "interrupted", meaning: "seamless sign-on failed" },
  "90072": { outcome: "failure", meaning: "account is not in the tenant" },
  "90094": { outcome: "interrupted", password: true, meaning: "application needs an administrator's consent" },
  "90095": { outcome: "interrupted", password: true, meaning: "application needs an administrator's consent" },
  "399218": { outcome: "challenge", password: true, meaning: "second factor asked for" },
  "500121": { outcome: "failure", password: true, meaning: "second factor failed or was refused" },
  "500133": { outcome: "interrupted", meaning: "token is out of its time" },
  "530032": { outcome: "failure", password: true, meaning: "blocked by tenant policy" },
  "530031": { outcome: "failure", password: true, meaning: "blocked by conditional access" },
  "7000218": { outcome: "failure", meaning: "client secret is missing" },
};

/** Text forms of old unified audit log records (`LogonError`). */
const WORDS: [RegExp, string][] = [
  [/InvalidUserNameOrPassword|InvalidPassword|AuthenticationFailed.*password/i, "50126"],
  [/IdsLocked|AccountLocked|PasswordLockout/i, "50053"],
  [/UserDisabled|AccountDisabled/i, "50057"],
  [/UserAccountNotFound|UserUnauthorized|InvalidUserName$/i, "50034"],
  [/StrongAuthEnrollmentRequired|ProofUpBlocked|StrongAuthenticationEnroll/i, "50072"],
  [/StrongAuthenticationRequired|MfaRequired|StrongAuthRequired/i, "50074"],
  [/StrongAuthTOTPInvalidCode|AuthenticationFailedSasError|PhoneAppDenied|PhoneAppNoResponse|MfaDenied/i, "500121"],
  [/UserInformationNotProvided/i, "50058"],
  [/BlockedByConditionalAccess|ConditionalAccess/i, "53003"],
  [/DelegationDoesNotExist|ConsentRequired/i, "65001"],
  [/PasswordExpired|UserPasswordExpired/i, "50055"],
  [/KeepMeSignedIn|KmsiInterrupt/i, "50140"],
];

/** Meaning of a code, or of the old error word when no code is recorded. */
export function signInCode(code: string | undefined, word?: string): (CodeMeaning & { code: string }) | undefined {
  if (code !== undefined && Object.hasOwn(CODES, code)) return { ...CODES[code]!, code };
  if (word) {
    const found = WORDS.find(([pattern]) => pattern.test(word));
    if (found) return { ...CODES[found[1]]!, code: found[1] };
  }
  return undefined;
}

/** A wrong guess at a password: what sprays and guessing are counted from. */
const GUESS_CODES = new Set(["50126", "50053", "50034", "50056", "50057"]);

export function isPasswordGuess(code: string | undefined): boolean {
  return code !== undefined && GUESS_CODES.has(code);
}

/** The password was right, whether or not the sign-in completed. */
export function provesPassword(outcome: EventOutcome, code: string | undefined): boolean {
  if (outcome === "success" && (code === undefined || code === "0")) return true;
  return code !== undefined && CODES[code]?.password === true;
}
