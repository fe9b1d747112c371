import { expect, it } from "vitest";
import { readNetworkFeed } from "./feed.ts";
import { agentFacts, factsWithFeed, ipFacts } from "./index.ts";
import { ipIntelligence } from "./ip-facts.ts";
import { OWN_NETWORKS } from "./networks.ts";

it("every line of our own table is a block that parses", () => {
  expect(ipIntelligence(OWN_NETWORKS).skipped).toBe(0);
  expect(OWN_NETWORKS.length).toBeGreaterThan(300);
});

it("known networks are told and unknown ones are said to be unknown", () => {
  expect(ipFacts("20.190.160.24")).toMatchObject({ kind: "microsoft", asn: 8075 });
  expect(ipFacts("165.22.3.4")).toMatchObject({ kind: "hosting", asn: 14061 });
  expect(ipFacts("81.130.1.1")).toMatchObject({ kind: "isp", country: "GB" });
  expect(ipFacts("2603:10a6:803:64::1").kind).toBe("microsoft");
  expect(ipFacts("198.51.100.7")).toEqual({ ip: "198.51.100.7", kind: "unknown" });
  expect(ipFacts("nonsense")).toEqual({ ip: "nonsense", kind: "unknown" });
});

it("an operator's feed lies over our table and bad lines are named", () => {
  const csv = "# office\n198.51.100.0/24,AS64500,vpn,nl,Own VPN\nbroken\n81.128.0.0/12,2856,mobile,GB,BT\n";
  expect(readNetworkFeed(csv).badLines).toEqual([3]);
  const facts = factsWithFeed(csv);
  const event = { client: { ip: "198.51.100.7" } } as Parameters<typeof facts>[0];
  expect(facts(event).ip).toMatchObject({ kind: "vpn", asn: 64500, country: "NL" });
});

it("libraries, browsers and mail clients are told apart", () => {
  expect(agentFacts("axios/1.7.9")).toEqual({ family: "axios", kind: "toolkit" });
  expect(agentFacts("BAV2ROPC").kind).toBe("mail-client");
  expect(agentFacts("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toEqual({
    family: "firefox",
    kind: "browser",
    os: "Linux",
  });
});
