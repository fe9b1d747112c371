/** Types of Uncommon Activity: notable, judged innocent, never an incident. */
export const UNCOMMON_TYPES = [
  "proxy-and-data-center-use",
  "new-country",
  "unfamiliar-place",
  "leftover",
  "unusual-act",
] as const;
export type UncommonType = (typeof UNCOMMON_TYPES)[number];

/** Names as the portal and the reports show them; a tenant at home in the US reads the product's own words. */
export function uncommonLabel(type: UncommonType, homeCountry: string | null): string {
  switch (type) {
    case "proxy-and-data-center-use":
      return "Proxy and Data Center Use";
    case "new-country":
      return homeCountry ? `New country outside the ${inWords(homeCountry)}` : "New country";
    case "unfamiliar-place":
      return "Unfamiliar place";
    case "leftover":
      return "Looks like a leftover";
    case "unusual-act":
      return "Unusual act";
  }
}

const SHORT: Record<string, string> = { US: "US", GB: "UK", AE: "UAE" };
const inWords = (country: string): string => SHORT[country] ?? `home country (${country})`;
