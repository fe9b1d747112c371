import { expect, it } from "vitest";
import type { NormalizedEvent } from "#domain/event/event.ts";
import { readNetworkFeed } from "./feed.ts";
import { agentFacts, factsOf, factsWithFeed, ipFacts } from "./index.ts";
import { ipIntelligence } from "./ip-facts.ts";
import { OWN_NETWORKS } from "./networks.ts";
import { PROVIDER_COUNT } from "./providers.ts";

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
  const event = { client: { ip: "198.51.100.7" }, params: {} } as unknown as NormalizedEvent;
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

it("a provider's number recorded with the sign-in tells what our blocks do not, and what nobody knows stays unknown", () => {
  const at = (asn: string) =>
    factsOf({ client: { ip: "198.51.100.7" }, params: { autonomousSystemNumber: asn } } as unknown as NormalizedEvent)
      .ip;
  expect(at("24940")).toEqual({ ip: "198.51.100.7", kind: "hosting", asn: 24940, org: "Hetzner" });
  expect(at("9009")?.kind).toBe("vpn");
  expect(at("21928")?.kind).toBe("mobile");
  expect(at("64500")).toEqual({ ip: "198.51.100.7", kind: "unknown", asn: 64500 });
  expect(PROVIDER_COUNT).toBeGreaterThan(300);
});

it("a public routing table serves as a feed in its own forms, and a block that changed hands loses our old kind", () => {
  const csv = [
    '198.51.100.0,198.51.100.255,24940,"Hetzner Online GmbH"',
    "203.0.113.0\t203.0.113.255\t64501\tDE\tSmall Server Hosting",
    "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64502,Quiet Networks",
    "192.0.2.0,192.0.2.127,NZ",
    "81.128.0.0,81.143.255.255,64503,Somebody Else",
    "198.51.100.9,198.51.100.1,1,backwards",
  ].join("\n");
  expect(readNetworkFeed(csv).badLines).toEqual([6]);
  const facts = factsWithFeed(csv);
  const of = (ip: string) => facts({ client: { ip }, params: {} } as unknown as NormalizedEvent).ip;
  expect(of("198.51.100.200")).toMatchObject({ kind: "hosting", asn: 24940 });
  expect(of("203.0.113.9")).toMatchObject({ kind: "hosting", asn: 64501, country: "DE" });
  expect(of("2001:db8:1::5")).toEqual({ ip: "2001:db8:1::5", kind: "unknown", asn: 64502, org: "Quiet Networks" });
  expect(of("192.0.2.5")).toEqual({ ip: "192.0.2.5", kind: "unknown", country: "NZ" });
  expect(of("192.0.2.200")).toEqual({ ip: "192.0.2.200", kind: "unknown" });
  expect(of("81.130.14.20")).toEqual({ ip: "81.130.14.20", kind: "unknown", asn: 64503, org: "Somebody Else" });
  expect(of("10.0.0.1")?.kind).toBe("private");
});

it.each([
  ["python-requests/2.32.3", "python-requests"],
  ["node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "node-fetch"],
  ["Go-http-client/1.1", "Go-http-client"],
  ["fasthttp", "fasthttp"],
  ["python/3.8.9 (Windows-10) msrest/0.6.21 Azure-SDK-For-Python AZURECLI/2.27.0 (MSI)", "Python Azure SDK"],
  ["Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621", "PowerShell"],
  ["TeamFiltration/3.5", "attack tool"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", "HeadlessChrome"],
])("%s is a tool: %s", (agent, family) => {
  expect(agentFacts(agent)).toMatchObject({ family, kind: "toolkit" });
});

it("what people use is no tool", () => {
  for (const agent of [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Outlook-iOS/2.0",
    "BAV2ROPC",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP2A)",
    "",
  ])
    expect(agentFacts(agent).kind).not.toBe("toolkit");
});

it("a browser on a block of Azure runs on a rented machine; Microsoft's services and Entra's own blocks stay Microsoft's", () => {
  const of = (ip: string, userAgent?: string) =>
    factsOf({ client: { ip, userAgent }, params: {} } as unknown as NormalizedEvent).ip;
  const chrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  expect(of("20.51.3.4", chrome)).toMatchObject({ kind: "hosting", org: "Microsoft Azure", asn: 8075 });
  expect(of("20.51.3.4", "axios/1.7")?.kind).toBe("hosting");
  expect(of("20.51.3.4", "MSWAC")?.kind).toBe("microsoft");
  expect(of("20.51.3.4")?.kind).toBe("microsoft");
  expect(of("40.126.10.5", chrome)?.kind).toBe("microsoft");
  expect(of("52.97.1.2", chrome)?.kind).toBe("microsoft");
});
