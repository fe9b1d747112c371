const CONFUSABLE: Record<string, string> = {
  "0": "o",
  "1": "l",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "9": "g",
  а: "a",
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  һ: "h",
  і: "i",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  ѕ: "s",
  т: "t",
  у: "y",
  х: "x",
  ο: "o",
  α: "a",
  ε: "e",
  ι: "i",
  κ: "k",
  ν: "v",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ɡ: "g",
  п: "n",
  ѵ: "v",
  ԝ: "w",
  ѡ: "w",
  ո: "n",
  ս: "u",
  օ: "o",
  ց: "g",
  զ: "q",
  հ: "h",
  ɑ: "a",
};

/** Names an attacker borrows trust from: brands, and what helpers and systems are called. */
const BRANDS = [
  "microsoft",
  "office365",
  "office",
  "outlook",
  "sharepoint",
  "onedrive",
  "exchange",
  "teams",
  "azure",
  "defender",
  "authenticator",
  "windows",
  "adobe",
  "docusign",
  "dropbox",
  "google",
  "amazon",
  "zoom",
  "okta",
  "paypal",
  "salesforce",
  "microsoftword",
  "microsoftexcel",
];
const ROLES = [
  "company",
  "admin",
  "administrator",
  "management",
  "communication",
  "department",
  "document",
  "payment",
  "system",
  "mailbox",
  "membership",
  "compliance",
  "commerce",
];

/** Letters of European alphabets that people write plainly in a sign-in name: Łukasz is lukasz, Jørgen is jorgen. */
const PLAIN: Record<string, string> = { ł: "l", ø: "o", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i", ð: "d", þ: "th" };

function unaccent(text: string): string {
  return text
    .slice(0, 256)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[łøđßæœıðþ]/g, (letter) => PLAIN[letter] ?? letter);
}

/** Lower case, decomposed, without marks and separators: what a hurried reader takes in, letter by letter. */
function plain(text: string): string {
  return unaccent(text).replace(/[^\p{L}\p{N}]/gu, "");
}

/** A digit stands for a letter only inside a word or before one: "micros0ft", "0ffice", never "team 5". */
function undigit(text: string): string {
  const letter = /\p{L}/u;
  const chars = [...unaccent(text)];
  return chars
    .map((c, i) =>
      /[0-9]/.test(c) && letter.test(chars[i + 1] ?? "")
        ? (CONFUSABLE[c] ?? c)
        : /[0-9]/.test(c)
          ? c
          : (CONFUSABLE[c] ?? c),
    )
    .join("");
}

/** The same with look-alike letters and letter pairs brought to one form (rn → m, vv → w, 0 → o …). */
export function skeleton(text: string): string {
  return plain(undigit(text)).replaceAll("rn", "m").replaceAll("vv", "w").replaceAll("cl", "d");
}

/** A small l passes for a capital I; only brands are compared so, where hardly an honest word can be meant. */
const strokes = (form: string): string => form.replaceAll("i", "l");

const BRAND_FORMS = BRANDS.map((word) => ({ word, form: skeleton(word) }));
const ROLE_FORMS = ROLES.map((word) => ({ word, form: skeleton(word) }));

/** `disguised`: the name only reads like the word through look-alike letters. `plain`: it simply uses the word. */
export type Imitation = { word: string; how: "disguised" | "plain" };

/** The well-known name that text imitates, if any. Disguise is searched among brands and among helper words. */
export function imitated(text: string): Imitation | undefined {
  const bare = plain(text);
  const form = skeleton(text);
  for (const { word, form: wanted } of [...BRAND_FORMS, ...ROLE_FORMS]) {
    if (wanted.length >= 5 && form.includes(wanted) && !bare.includes(word)) {
      return { word, how: "disguised" };
    }
  }
  const lined = BRAND_FORMS.find(
    ({ word, form: wanted }) => wanted.length >= 6 && strokes(form).includes(strokes(wanted)) && !bare.includes(word),
  );
  if (lined) return { word: lined.word, how: "disguised" };
  const brand = BRANDS.find((word) => bare.includes(word));
  return brand ? { word: brand, how: "plain" } : undefined;
}

/**
 * Two different names a reader takes for one: equal skeletons, or one letter apart in names of eight or more letters.
 */
export function looksLike(a: string, b: string): boolean {
  const [x, y] = [plain(a), plain(b)];
  if (x === y || x.length < 4 || y.length < 4) return false;
  return skeleton(a) === skeleton(b);
}

/** A mail domain that reads like one of the company's own but is another. */
export function imitatesDomain(domain: string, own: Iterable<string>): string | undefined {
  const name = domain.toLowerCase();
  for (const mine of own) {
    if (name === mine || name.endsWith(`.${mine}`)) return undefined;
  }
  for (const mine of own) {
    const [theirs, ours] = [label(name), label(mine)];
    if (
      ours.length >= 5 &&
      (skeleton(theirs) === skeleton(ours) || (theirs.length >= 7 && distance(theirs, ours) === 1))
    )
      return mine;
  }
  return undefined;
}

function label(domain: string): string {
  return domain.replace(/\.onmicrosoft\.com$/, "").split(".")[0] ?? domain;
}

/** 0, 1, or 2 for "more": insertions, deletions, substitutions and neighbours swapped. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > 1) return 2;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) return 1;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2) ? 1 : 2;
}

/** A name made to be overlooked: dots, dashes, blanks, one or two characters. */
export function isNameless(name: string | undefined): boolean {
  if (name === undefined) return false;
  const visible = name.replace(/[\s\p{P}\p{S}\p{C}]/gu, "");
  return visible.length === 0 || (visible.length === 1 && name.trim().length <= 2) || /^(.)\1{1,4}$/.test(visible);
}
