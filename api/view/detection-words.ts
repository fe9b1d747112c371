import type { Detection } from "#detections/define-detection.ts";

/** What each detection looks for, in one sentence. A detection without one is told by its title. */
const WORDS: Record<string, string> = {
  "success-after-guessing": "An address that tried many accounts or passwords, and then one that let it in.",
  "aitm-sign-in":
    "A sign-in completed by a phishing page in between: a kit's client, or a second factor met within seconds from rented infrastructure.",
  "session-in-two-places":
    "One browser session used from two networks or by two clients at once: its token was copied.",
  "device-code-sign-in":
    "A sign-in by device code from a strange place, the end of a device-code phish; worse with a device registered after it.",
  "mfa-fatigue": "A second factor refused again and again, then accepted.",
  "impossible-travel": "Two sign-ins further apart than a flight can explain.",
  "unfamiliar-sign-in": "The account in a place, network or client that is new for it and for its colleagues.",
  "toolkit-sign-in": "A script library signing in as a person.",
  "legacy-protocol-sign-in": "An old mail protocol without a second factor, from a strange place.",
  "provider-risk": "Microsoft's own risk rating of a sign-in, as one voice among others.",
  "inbox-rule-hides-mail": "An inbox rule that takes mail out of the owner's sight.",
  "mail-forwarded-outside": "Mail leaving the company, whichever rule, setting or cmdlet sends it.",
  "transport-rule-diverts-mail": "A transport rule that copies, diverts or deletes the company's mail.",
  "mail-flow-opened": "Connectors, remote domains and forwarding opened to the outside.",
  "mailbox-delegated": "A mailbox opened to somebody else.",
  "illicit-consent": "An application that got lasting access to mail or files.",
  "lookalike-app": "An application whose name imitates another.",
  "app-credential-added": "A secret or permission added to an application, so that it can act by itself.",
  "privileged-roles-given": "Privileged roles given, above all several at once.",
  "lookalike-account": "A new account whose name imitates another.",
  "second-factor-changed": "A second factor added, or strong authentication taken off, around a strange sign-in.",
  "device-registered": "A device registered from where the strange sign-in came.",
  "mail-read-in-bulk": "Many messages opened, or a mailbox synchronised, from a strange place.",
  "internal-phish": "One text sent to many within minutes, unlike anything the account sends.",
  "evidence-deleted": "Sent mail, warnings or answers removed from the mailbox.",
  "audit-switched-off": "The record of what happens switched off.",
  "files-opened-to-anybody": "Several files opened to anybody with the link.",
  "files-taken-in-bulk": "Many files downloaded in a short time.",
  "sign-in-rules-weakened": "Conditional access or federation changed so that signing in becomes easier.",
};

export const looksFor = ({ id, title }: Pick<Detection, "id" | "title">): string => WORDS[id] ?? `${title}.`;
