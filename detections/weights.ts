/**
 * Every number the judgement rests on, in one place, each with its reason. Points add up like odds: a detection counts
 * `own` points by itself, and up to `linked` more when it is tied to a suspicious access (same session, same address,
 * or right after it from an address that says nothing). Set by evaluation on labelled logs and stories, not by taste.
 */
export type Weight = { key: string; own: number; linked: number; why: string };

const TABLE = {
  "spray-success": [8, 0, "the address that tried many accounts then knew this account's password"],
  "spray-password-known": [6, 0, "the spraying address had the right password and only the second factor stopped it"],
  "guessing-success": [3.5, 0, "many wrong passwords from a strange address, then the right one"],
  "guessing-success-near": [
    1.5,
    0,
    "the same from a place that is merely new: people forget passwords on the road too",
  ],
  "guessing-success-familiar": [0.5, 0, "people mistype and remember; from their own network it means little"],
  "unfamiliar-sign-in": [1, 0, "a new address is a weak fact; scaled by how strange the place is"],
  "aitm-kit": [6, 0, "a phishing kit's client completed a sign-in with a second factor"],
  "aitm-pattern": [
    3.5,
    0,
    "second factor asked and met within a minute from strange infrastructure, on a relay's favourite application",
  ],
  "toolkit-sign-in": [3, 0, "a script library signed in as a person"],
  "toolkit-sign-in-familiar": [0.5, 0, "the company's own scripts run from its own network"],
  "session-two-clients": [6, 0, "one browser session cannot be on two systems in two networks: it was copied"],
  "session-lost-device": [
    4.5,
    0,
    "a session that began on a known device goes on elsewhere without it: its token was copied",
  ],
  "session-lost-habit": [
    5.5,
    0,
    "the same, and this client has shown its device for days: its token is not where its device is",
  ],
  "session-two-homes": [
    3,
    0,
    "one browser session here, there and here again within the hour: a laptop moves once, a copied cookie is in both",
  ],
  "session-on-vpn": [1.5, 0, "a session goes on through a private VPN of the country: people switch one on"],
  "session-two-networks": [3, 0, "a session moved to strange infrastructure while its owner stayed"],
  "impossible-travel": [2.5, 0, "two places in less time than a flight takes; VPN exits do this too"],
  "device-code": [3, 0, "device code sign-in from a strange place is how this phish ends"],
  "device-code-device": [7, 0, "device code followed by a device registration: a lasting token was made"],
  "legacy-success": [2, 0, "an old protocol without a second factor, from a strange place"],
  "mfa-fatigue": [5, 0, "the owner refused again and again, then gave in"],
  "provider-risk-high": [2, 0, "Microsoft rates the sign-in high; one voice among others"],
  "provider-risk-medium": [1, 0, "Microsoft rates the sign-in medium"],

  "rule-hides": [2, 4, "mail about money or warnings is hidden from the owner"],
  "rule-hides-warnings": [4, 3, "who makes a rule that hides 'do not open' or 'hacked' knows that warnings will come"],
  "rules-in-series": [4, 1, "several rules in one sitting, warnings among what they swallow: the owner is made blind"],
  "rule-hides-all": [2.5, 3.5, "all mail, or all from one sender, is put out of the owner's sight"],
  "rule-hides-nameless": [
    3.5,
    3,
    "a rule with a name made of dots or blanks that removes mail; people name their rules",
  ],
  "rule-hides-sender": [
    0,
    2.5,
    "all mail of one correspondent is deleted: newsletters at home, a conversation taken over in a strange place",
  ],
  "rule-plain": [0, 0.75, "people make rules; next to a strange sign-in it is worth a line"],
  "forward-outside": [2, 4, "mail leaves the company by rule or setting"],
  "forward-freemail": [2.5, 4, "mail leaves to a throw-away mailbox"],
  "forward-disguised": [5, 3, "mail leaves to a name that imitates one of the company's own"],
  "transport-rule-outside": [2.5, 4, "all the company's mail can be copied outside by one transport rule"],
  "transport-rule-covert": [5, 3, "a transport rule that copies mail outside and hides itself (nameless, not audited)"],
  "transport-rule-deletes": [1.5, 3, "a transport rule that makes mail disappear"],
  "transport-rule-lets-pass": [1, 3, "mail of a stranger's choice passes the filters; tests of awareness do this too"],
  "connector-inbound": [1, 4, "an inbound connector lets strangers' mail pass as the company's own"],
  "connector-outbound": [1, 4, "an outbound connector can carry the company's mail elsewhere"],
  "remote-forwarding-opened": [1, 4, "automatic forwarding to the outside was switched on for everybody"],
  "delegate-added": [0.5, 3, "somebody was given another's mailbox; administrators do this daily"],
  "delegate-disguised": [5, 2.5, "a mailbox was opened to an account whose name imitates another"],
  "delegate-self": [1, 2.5, "somebody gave himself another's mailbox"],
  "consent-mail": [1, 4, "an application got lasting access to mail or files"],
  "consent-tenant-wide": [1.5, 4, "an application got lasting access to everybody's mail or files"],
  "consent-disguised": [5, 3, "an application with a disguised name got lasting access to mail or files"],
  "app-disguised": [4, 2, "an application imitates a well-known name with look-alike letters; nobody honest does"],
  "app-imitating-burst": [3.5, 2, "several tries within minutes at a name near a well-known brand"],
  "app-disguised-secret": [3.5, 1.5, "the look-alike application got a secret: it can act by itself"],
  "app-secret": [0.5, 3, "a secret was added to an application; developers do this too"],
  "app-permission": [1, 3, "an application got a permission that reads or rules everything"],
  "roles-burst": [2, 3, "many privileged roles within minutes"],
  "roles-several-people": [3, 3, "several people were made administrators within a day by one account"],
  "role-granted": [0.5, 2.5, "a privileged role was given"],
  "account-disguised-roles": [6, 2, "an account whose name imitates another was made administrator"],
  "account-disguised": [3.5, 2, "an account whose name imitates another was made"],
  "mfa-added": [0, 3.5, "a second factor was added from where the strange sign-in came"],
  "mfa-weakened": [1, 3, "strong authentication was taken off an account"],
  "device-registered": [0, 3.5, "a device was registered from where the strange sign-in came"],
  "mail-read-mass": [0.5, 2.5, "many messages opened in a short time"],
  "mail-read": [0, 1.5, "mail opened from a strange place"],
  "mail-read-machine": [
    0.75,
    2,
    "a rented machine reads mail while the owner's browser works at home, or a hidden one does",
  ],
  "mail-sync-machine": [1, 3.5, "the whole mailbox goes to a rented machine while the owner's browser works at home"],
  "mail-sync": [0.5, 2.5, "the whole mailbox was synchronised to a strange client"],
  "phish-burst": [2, 4, "one text to many within minutes, unlike anything this account sends"],
  "phish-burst-covered": [4.5, 3, "the same, after a rule was made that hides the warnings it will bring"],
  "sent-strange": [0, 1, "mail sent from a strange place"],
  "evidence-deleted": [1, 2.5, "sent mail, warnings or answers were removed"],
  "mail-deleted": [0, 1, "people clean up; next to a strange sign-in it is worth a line"],
  "audit-off": [3, 4, "the record of what happens was switched off"],
  "mail-protection-off": [1, 2.5, "protection of mail was taken down"],
  "anonymous-links": [1, 2.5, "several files opened to anybody with the link"],
  "files-mass": [1, 2.5, "many files taken in a short time"],
  "federation-changed": [4, 4, "who may issue sign-ins for the company was changed"],
  "access-policy-weakened": [1, 3, "a rule that guards sign-ins was removed or switched off"],
  "broker-token": [2, 0, "a token that can register devices was asked for from a strange place"],
  "command-line-token": [1.5, 0, "a command line this account never used got a token from a strange place"],
  "single-factor": [1, 0, "a gap in the rules let one factor do where this account needs two"],
  "app-first-seen": [0.8, 0, "nobody here uses this application; new software looks the same"],
  "disabled-then-success": [3, 0, "the address knew a leaver's name before it got in here"],
  "prompt-reported": [3, 0, "the owner says that the prompt was not his: the password is known to somebody"],
  "foreign-issuer": [
    1.25,
    0,
    "a federation server signed in an account that Microsoft's directory signed in until now",
  ],
  "foreign-issuer-strange": [3.5, 0, "the same from a strange place: a forged token looks like this"],
  "recovered-other": [0.25, 3, "somebody else's password or account was opened; help desks do it daily"],
  "temporary-pass-other": [0.75, 3.5, "a temporary pass opens an account without its owner"],
  "password-changed-strange": [0.5, 2.5, "the password was changed from a strange place: the owner is locked out"],
  "account-made": [0.25, 2.5, "an account more; joiners come every week"],
  "guest-invited": [0, 1.5, "guests are invited every day"],
  "guest-to-member": [1.5, 2.5, "a guest became a member: hardly ever needed"],
  "methods-policy": [0.5, 3, "how people prove who they are was changed for all"],
  "cross-tenant": [0.75, 3, "another company is trusted now"],
  "authorization-policy": [0.5, 2.5, "what users and guests may do was changed"],
  "trusted-place": [0.25, 3, "a place was made trusted: no second factor is asked there"],
  "domain-added": [0.25, 2.5, "a domain more; a forged federation needs one"],
  "partner-added": [1, 3, "somebody outside may administrate now"],
  "root-ca": [3.5, 4, "who holds this certificate can sign in as anybody"],
  elevated: [1.5, 3, "an administrator gave himself all Azure resources"],
  "exchange-role-reads": [2, 3.5, "a role that opens every mailbox"],
  "exchange-role-rules": [0.75, 3, "a role over the mail system"],
  "folder-opened-all": [2, 3.5, "a mail folder was opened to everybody; nobody honest does that to an inbox"],
  "folder-opened-outside": [1.5, 3, "a mail folder was opened to somebody outside"],
  "folder-opened": [0, 2.5, "a mail folder was opened to a colleague, from a strange place"],
  "mail-protection-weakened": [0.5, 2.5, "protection of mail was taken down or let somebody pass"],
  "junk-filter-opened": [0.25, 2, "the junk filter was opened from a strange place"],
  "mail-exported": [1, 3.5, "a whole mailbox or search result was taken out"],
  "ediscovery-search": [0.5, 3, "everybody's mail was searched from a strange place"],
  "apps-in-series": [0.5, 2.5, "several applications within hours; products with many parts look the same"],
  "app-owner": [0.25, 2, "an owner can give the application secrets"],
  "app-reply-address": [0.25, 2, "tokens of the application can be sent elsewhere"],
  "app-federated-credential": [0.75, 3, "a foreign issuer can act as the application, without a secret that expires"],
  "shared-outside": [1, 2.5, "many files were given to one outsider from a strange place"],
  "sharing-policy": [0, 1.5, "the rules for sharing were changed"],
  "data-loss-policy-off": [0.75, 2, "protection against data loss was taken down"],
  "payment-search": [0.5, 2, "somebody in a strange place looks for payments or passwords"],
  "alert-takeover": [1.5, 1, "Microsoft's own alert names the account; one voice among others"],
  "alert-clicked": [0.5, 1, "the owner clicked a link that Microsoft calls malicious"],
  "files-deleted": [0.75, 2.5, "many files deleted at once"],
  "files-encrypted": [3, 3, "many files got new endings or a ransom note"],
  "secret-read": [0.25, 2, "a stored secret was read from a strange place"],
  "secrets-read": [0.75, 2.5, "stored secrets of several devices were read within an hour"],
  "workload-moved": [1.5, 3, "an application with a fresh secret works from where it never was"],
  "workload-reads-mail": [
    5,
    3,
    "an application at home elsewhere got a secret and then read several people's mail from a new place",
  ],
  "workload-first-reads-mail": [
    1,
    3,
    "a new application reads several people's mail with its first secret; products do, after an administrator at his desk let them",
  ],
  "workload-first": [0, 2, "a new application's first sign-in after its secret; every new product does this"],
  "chat-burst": [1, 3, "many chats were begun within minutes from a strange place"],
  "state-run-country": [4, 0, "every address of the country belongs to its state; no customer works there"],
  "embargoed-country": [1.25, 0, "a country under embargo; people travel there all the same"],
  "secrets-from-many-networks": [
    4,
    0,
    "nobody is in several strange networks within hours; a private VPN that goes up and down looks the same",
  ],
  "app-secrets-series": [1.5, 3, "secrets for several applications within hours; a renewal of all looks the same"],
  "consent-abused": [4, 3, "an application that public reports know from stolen mailboxes and nowhere else"],
  "consent-reported": [
    2,
    3,
    "an application that public reports know from stolen mailboxes; some honest people use it",
  ],
  "legacy-after-misses": [
    3.5,
    0,
    "wrong passwords and then the right one from an unknown address, by a protocol this account never used",
  ],
  "legacy-first-use": [3.5, 0, "mail fetched with a bare password by somebody who never did, from a strange place"],
} as const satisfies Record<string, readonly [own: number, linked: number, why: string]>;

export type WeightKey = keyof typeof TABLE;

export function weigh(key: WeightKey, factor = 1): Weight {
  const [own, linked, why] = TABLE[key];
  return { key, own: own * factor, linked, why };
}

/** Thresholds and shares of the judgement itself. */
export const JUDGEMENT = {
  /** An incident; below it, evidence is only notable. */
  incident: 6,
  high: 9,
  critical: 13,
  /** An access this strange begins a story; less is forgotten unless something follows. */
  suspiciousAccess: 1.25,
  /** One access finding this strong is a story by itself. */
  decisiveAccess: 5.5,
  /** Acts without a strange access need this much of their own, from at least two kinds, one of them this damning. */
  chainOfActs: 6,
  damningAct: 3.5,
  /** Accesses this strong together need no telling act: that the mailbox was used from there will do. */
  strongAccess: 4.5,
  useBesideStrongAccess: 1.5,
  /** After an access this strong, acts from yet another unknown address are probably the same stranger's (hours). */
  strangerInside: 3.5,
  strangerStays: 48,
  /** Linked acts needed beside a suspicious access that is not decisive. */
  actsBesideAccess: 2.5,
  /** Below this an access is weak (a new provider, a new telephone): honest life looks the same. */
  clearAccess: 2.5,
  /** Beside a weak access, acts must be telling by themselves at least this much, or many. */
  tellingOwn: 1,
  actsBesideWeakAccess: 7,
  /** Acts that can never weigh this much colour a story and do not make one. */
  colour: 2,
  /** A second finding of the same kind adds little. */
  repeated: 0.2,
  /** Acts from an address that says nothing, soon after a strange sign-in: probably his, not surely. */
  temporalLink: 0.6,
  /** An application let in from home and then used from a strange place. */
  usedElsewhere: 0.9,
  /** Took place on the owner's own known device: points taken off each finding. */
  trustedDevice: 3,
  /** Findings this close in time tell one story (hours). */
  sameStoryHours: 48,
  /** The same strange address this much later is the same visitor (days). */
  sameAddressDays: 7,
  /** An address stays burnt this long after the last proven hostile use of it (days). */
  burntDays: 14,
  /** A linked act below this says too little to be cited. */
  tellingAct: 0.75,
  /** Stories of one account this close are one compromise that was never ended (days). */
  sameCompromiseDays: 30,
  /** Confidence = 1 − e^(−score / this). */
  confidenceScale: 8,
} as const;

/** Points of live objects found without a log of their making; `JUDGEMENT.incident` of them is an incident. */
export const LEFTOVER = {
  /** Mail leaves the company: owners and service desks do it too. */
  outside: 2.5,
  freemail: 2.5,
  disguised: 6,
  /** Money or warnings are put out of sight. */
  hides: 2,
  hidesNameless: 4,
  /** Sent outside and hidden from the inbox at once: nobody honest needs both. */
  forwardsUnseen: 2.5,
  nameless: 3,
  hidden: 1.5,
  /** An application that imitates another by look-alike letters and reads mail. */
  appDisguised: 6,
  /** Reads mail, unverified publisher, one or two users: many honest small tools look like that. */
  appAlone: 1.5,
  appAbused: 2.5,
  /** From here an item of an account with an incident counts as the attacker's. */
  joins: 2.5,
  /** A mailbox or folder that everybody may read. */
  openToAll: 3,
  /** A connector that lets anything in or carries everything out. */
  openDoor: 2,
  /** The log shows its making from a strange place; by itself a note, beside another reason an incident. */
  madeStrange: 2.5,
} as const;
