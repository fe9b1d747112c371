import { imitated, imitatesDomain } from "./lookalike.ts";
import type { World } from "./world/world.ts";

const FREEMAIL = new Set(
  "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com msn.com yahoo.com yahoo.co.uk ymail.com aol.com icloud.com me.com mail.com gmx.com gmx.de gmx.net web.de proton.me protonmail.com pm.me tutanota.com tuta.io yandex.com yandex.ru mail.ru zoho.com fastmail.com hushmail.com mailfence.com inbox.lv seznam.cz qq.com 163.com libero.it orange.fr onionmail.org cock.li".split(
    " ",
  ),
);

export type Destination = { address: string; kind: "inside" | "outside" | "freemail" | "disguised" };

/** The company's domains, and where its mail contacts lead (name or alias → outside address). */
type Places = Pick<World, "ownDomains"> & { contacts?: World["contacts"] };

/**
 * Where a mail address leads, seen from the company. A name without a domain is a local recipient, or
 * a contact that stands for an address outside.
 */
export function destinationOf(address: string, world: Places): Destination {
  const clean = address
    .replace(/^smtp:/i, "")
    .trim()
    .toLowerCase();
  const domain = clean.split("@")[1];
  if (!domain) {
    const leads = world.contacts?.get(clean.split(/[\\/]/).pop() ?? clean);
    return leads?.includes("@") ? destinationOf(leads, world) : { address: clean, kind: "inside" };
  }
  for (const own of world.ownDomains)
    if (domain === own || domain.endsWith(`.${own}`)) return { address: clean, kind: "inside" };
  const disguise = imitatesDomain(domain, world.ownDomains) ?? imitated(clean.split("@")[0] ?? "")?.how === "disguised";
  if (disguise) return { address: clean, kind: "disguised" };
  if (FREEMAIL.has(domain)) return { address: clean, kind: "freemail" };
  return { address: clean, kind: "outside" };
}

/** The worst of several destinations; undefined when all stay inside. */
export function worstOutside(addresses: readonly string[], world: Places): Destination | undefined {
  const order = ["disguised", "freemail", "outside"] as const;
  const all = addresses.map((a) => destinationOf(a, world));
  for (const kind of order) {
    const found = all.find((d) => d.kind === kind);
    if (found) return found;
  }
  return undefined;
}
