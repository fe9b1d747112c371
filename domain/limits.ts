/** Bounds of one request to our API (S30, S50): bytes, rows, milliseconds. */
export const REQUEST_BODY_MAX_BYTES = 1_000_000;
export const URL_MAX_LENGTH = 8_000;
export const PAGE_ROWS_DEFAULT = 100;
export const PAGE_ROWS_MAX = 500;
export const TEXT_FIELD_MAX = 2_000;
export const NAME_MAX = 200;
export const ONBOARD_AT_ONCE_MAX = 200;
export const TIMELINE_ROWS_MAX = 400;
/** The attacker's records that Attack Impact counts and lists. */
export const IMPACT_ROWS_MAX = 5_000;
/** Records one line of evidence can be opened to. */
export const CITED_ROWS_MAX = 100;

/** A sign-in link works once, within this time (S10). */
export const SIGN_IN_LINK_SECONDS = 600;
/** Tries to sign in per address and caller, a minute. */
export const SIGN_IN_TRIES_PER_MINUTE = 10;
/** Sessions: those who can act, and those who only look (S13). */
export const SESSION_SECONDS = 24 * 3600;
/** A deed of the classes of S14 needs a proof of the person no older than this. */
export const STEP_UP_MINUTES = 10;
/** Wrong codes or passwords in one session before it waits; a session that never showed its second factor ends instead. */
export const PROOF_TRIES = 5;
export const PROOF_TRIES_SECONDS = 600;
/** Authenticators of one person. */
export const FACTORS_MAX = 5;
/** A consent link waits this long for the Global Administrator. */
export const CONSENT_LINK_DAYS = 7;

/** Automatic locks within an hour before a person decides on the rest (S45). */
export type LockCaps = {
  /** Of a tenant: this many, or this share of its accounts, whichever is more. */
  tenantAtLeast: number;
  tenantShare: number;
  org: number;
  installation: number;
};
export const LOCK_CAPS: LockCaps = { tenantAtLeast: 3, tenantShare: 0.05, org: 25, installation: 100 };

/** Streams: heartbeat, gathering of changes, and how often the right to listen is looked up again (S8). */
export const STREAM_HEARTBEAT_MS = 15_000;
export const STREAM_GATHER_MS = 200;
export const STREAM_RECHECK_MS = 30_000;
/** An analyst's look at the same thing is audited again after this time. */
export const LOOK_AUDIT_EVERY_MS = 10 * 60_000;
