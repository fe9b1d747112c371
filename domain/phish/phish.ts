/** Whether the mail itself could be read in its own tenant. */
export const FINGERPRINT_STATES = ["asked", "read", "unreadable"] as const;
export type FingerprintState = (typeof FINGERPRINT_STATES)[number];

export const MATCHED_BY = ["message-id", "fingerprint"] as const;
export type MatchedBy = (typeof MATCHED_BY)[number];

/** `gone`: it lies in Deleted Items or is not there any more, without our doing. */
export const MATCH_STATES = ["found", "moved", "failed", "restored", "gone"] as const;
export type MatchState = (typeof MATCH_STATES)[number];

export const PHISH_ACTS = ["retract", "restore"] as const;
export type PhishAct = (typeof PHISH_ACTS)[number];

/** `waiting`: for a second person; `placed`: every tenant has its command. */
export const PHISH_ORDER_STATES = ["waiting", "placed", "refused", "expired"] as const;
export type PhishOrderState = (typeof PHISH_ORDER_STATES)[number];
