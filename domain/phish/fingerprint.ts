/** A mail as it lies in a mailbox, as far as telling the same phish needs it. */
export type PhishMail = {
  internetMessageId: string;
  sender: string | null;
  subject: string;
  /** HTML or plain text. */
  body: string;
  /** SHA-256 of each attachment. */
  attachments: readonly string[];
};

/** What tells the same phish apart from its text: kept, so that no mail body has to be (S41). */
export type Fingerprint = {
  sender: string | null;
  subject: string;
  links: string[];
  attachments: string[];
  /** MinHash signature of the body's words; empty when there is too little text to say anything. */
  body: number[];
};

export type Likeness = { matchedBy: "message-id" | "fingerprint"; why: string };

const REPLY_PREFIX = /^\s*(?:re|fw|fwd|aw|wg|sv|vs|tr|rv|antw|odp)\s*(?:\[\d+\])?\s*:\s*/i;
const EXTERNAL_TAG = /^\s*[[(](?:ext|external|extern|caution)[\])]\s*/i;

/** A subject without what mail programs and gateways put before it, in one case and spacing. */
export function normalSubject(subject: string): string {
  let text = subject.normalize("NFKC");
  for (let previous = ""; previous !== text; ) {
    previous = text;
    text = text.replace(REPLY_PREFIX, "").replace(EXTERNAL_TAG, "");
  }
  return text.replace(/\s+/g, " ").trim().toLowerCase();
}

const LINK = /https?:\/\/[^\s"'<>)\]]+/gi;
/** Addresses everybody writes under a mail; a link there says nothing about the phish. */
const COMMON_HOSTS = [
  "microsoft.com",
  "office.com",
  "outlook.com",
  "live.com",
  "google.com",
  "linkedin.com",
  "facebook.com",
  "twitter.com",
  "x.com",
  "youtube.com",
  "instagram.com",
  "w3.org",
];
const isCommon = (host: string): boolean => COMMON_HOSTS.some((known) => host === known || host.endsWith(`.${known}`));
const MAX_LINKS = 50;

/** Host and path of each link, without what is made anew for each recipient (query, fragment); Safe Links unwrapped. */
export function linksOf(body: string): string[] {
  const found = new Set<string>();
  for (const [raw] of body.replaceAll("&amp;", "&").matchAll(LINK)) {
    const url = unwrapped(raw);
    if (!url || isCommon(url.hostname)) continue;
    found.add(`${url.hostname.toLowerCase()}${url.pathname.replace(/\/+$/, "")}`);
    if (found.size >= MAX_LINKS) break;
  }
  return [...found].sort();
}

function unwrapped(raw: string): URL | undefined {
  if (!URL.canParse(raw)) return undefined;
  const url = new URL(raw);
  const inner = url.hostname.endsWith(".safelinks.protection.outlook.com") ? url.searchParams.get("url") : null;
  return inner && URL.canParse(inner) ? new URL(inner) : url;
}

const HASHES = 64;
const SHINGLE_WORDS = 3;
/** With fewer shingles two mails are alike by chance. */
const ENOUGH_SHINGLES = 8;
const MAX_BODY = 200_000;

function wordsOf(body: string): string[] {
  const text = body
    .slice(0, MAX_BODY)
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(LINK, " ")
    .replace(/&[a-z#0-9]+;/gi, " ")
    .toLowerCase();
  // Numbers and addresses are what a sender changes from one recipient to the next.
  return text.match(/\p{L}{2,}/gu) ?? [];
}

const hash32 = (text: string, seed: number): number => {
  let hash = 2_166_136_261 ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  hash ^= hash >>> 15;
  return Math.imul(hash, 2_246_822_519) >>> 0;
};

function signature(body: string): number[] {
  const words = wordsOf(body);
  const shingles = new Set(words.slice(SHINGLE_WORDS - 1).map((_, i) => words.slice(i, i + SHINGLE_WORDS).join(" ")));
  if (shingles.size < ENOUGH_SHINGLES) return [];
  return Array.from({ length: HASHES }, (_, seed) => {
    let least = 0xffffffff;
    for (const shingle of shingles) least = Math.min(least, hash32(shingle, seed * 0x9e3779b1));
    return least;
  });
}

/** Share of equal places of two signatures, 0..1: an estimate of how much text two bodies share. */
export function bodyLikeness(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || a.length !== b.length) return 0;
  return a.filter((value, i) => value === b[i]).length / a.length;
}

export const fingerprintOf = (mail: PhishMail): Fingerprint => ({
  sender: mail.sender?.toLowerCase() ?? null,
  subject: normalSubject(mail.subject),
  links: linksOf(mail.body),
  attachments: [...mail.attachments].sort(),
  body: signature(mail.body),
});

const ALIKE = 0.75;

/**
 * Is this the same phish? By its internet message id; else the sender and the subject must be the same and one thing of the
 * content besides. A sender who writes every day, or a common subject, is not enough: nobody's real mail is to be moved.
 */
export function likeness(
  phish: { internetMessageId: string; fingerprint: Fingerprint | null },
  mail: PhishMail,
): Likeness | undefined {
  if (mail.internetMessageId === phish.internetMessageId) return { matchedBy: "message-id", why: "The same message." };
  const known = phish.fingerprint;
  if (!known?.sender || known.subject === "") return undefined;
  const found = fingerprintOf(mail);
  if (found.sender !== known.sender || found.subject !== known.subject) return undefined;
  const shared = sharedContent(known, found);
  return shared ? { matchedBy: "fingerprint", why: `Same sender and subject, and ${shared}.` } : undefined;
}

function sharedContent(known: Fingerprint, found: Fingerprint): string | undefined {
  const attachment = known.attachments.find((one) => found.attachments.includes(one));
  if (attachment) return "the same attachment";
  const link = known.links.find((one) => found.links.includes(one));
  if (link) return `the same link (${link})`;
  const alike = bodyLikeness(known.body, found.body);
  return alike >= ALIKE ? `${Math.round(alike * 100)} % of the same text` : undefined;
}
