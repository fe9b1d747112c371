/** Why a rule is not taken; thrown inside the compiler and handed out as a value at its door. */
export class Refused extends Error {
  override name = "Refused";
}

export function refuse(reason: string): never {
  throw new Refused(reason);
}

/** A rule's own word in a sentence of ours: one line, short, quoted. */
export function quoted(text: string): string {
  const line = text.replace(/[\s\p{C}]+/gu, " ").trim();
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}
