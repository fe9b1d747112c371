import Bowser from "bowser";
import type { AgentFact } from "#domain/event/event.ts";

/** Libraries and tools that phishing kits and attack tools sign in with; a person's browser never sends these. */
const TOOLKITS: [RegExp, string][] = [
  [/\baxios\//i, "axios"],
  [/^node-fetch\b|\bnode-fetch\//i, "node-fetch"],
  [/^(undici|node|bun|deno)\b/i, "undici"],
  [/^got\b/i, "got"],
  [/^(node-)?superagent\b/i, "superagent"],
  [/^python-requests\b|\bpython-requests\//i, "python-requests"],
  [/^(python-)?aiohttp\b|^python\/\S+ aiohttp/i, "aiohttp"],
  [/^(python-)?httpx\b/i, "httpx"],
  [/^python-urllib|^urllib3?\b/i, "python-urllib"],
  [/^python\/\d\S* .*(msrest|azure|msal)/i, "Python Azure SDK"],
  [/^(azsdk|azurecli|az-cli)\b|AZURECLI\//i, "Azure command line"],
  [/^go-http-client\b/i, "Go-http-client"],
  [/^(go-)?resty\b|^colly\b/i, "Go library"],
  [/^fasthttp\b/i, "fasthttp"],
  [/^okhttp\b/i, "okhttp"],
  [/^curl\b|^libcurl\b/i, "curl"],
  [/^wget\b/i, "wget"],
  [/^httpie\b/i, "HTTPie"],
  [/^(java|apache-httpclient|jakarta|vert\.x|jodd)\b/i, "Java"],
  [/^(reqwest|hyper|ureq|isahc)\b/i, "reqwest"],
  [/^(ruby|faraday|httparty|rest-client|mechanize)\b/i, "Ruby"],
  [/^(guzzlehttp|php|symfony|laravel)\b/i, "PHP"],
  [/^(libwww-perl|lwp)\b/i, "Perl"],
  [/^restsharp\b|^\.net ?httpclient|^system\.net\.http/i, ".NET library"],
  [/^dart\b/i, "Dart"],
  [/^(insomnia|bruno|thunder client)\b/i, "API client"],
  [/^PostmanRuntime\b/i, "Postman"],
  [/WindowsPowerShell\/|PowerShell\/\d/i, "PowerShell"],
  [/\bHeadlessChrome\//i, "HeadlessChrome"],
  [/\bPhantomJS\//i, "PhantomJS"],
  [/puppeteer|playwright|selenium|webdriver/i, "browser automation"],
  [/^(imap|pop|smtp)lib\b|^mailkit\b/i, "mail library"],
  [/^(rclone)\b/i, "rclone"],
  [
    /aadinternals|roadtools|roadtx|teamfiltration|msolspray|o365spray|mailsniper|graphrunner|tokentactics|evilginx|trevorspray|credmaster|azurehound|bloodhound|graphspy|adconnectdump|omnispray|entraspray/i,
    "attack tool",
  ],
];

const SERVICES: [RegExp, string][] = [
  [
    /^(EvoSTS|MSWAC|OfficeWordWRS|OfficeWordCA|OfficeXLCA|OfficePPTCA|OneDriveMpc|ODMTADocCache|MSExchange|SharePoint)/i,
    "Microsoft service",
  ],
  [/^Microsoft (ADO\.NET|WinRM|SkyDriveSync)/i, "Microsoft service"],
  [/^Microsoft\.OData|^Swagger-Codegen|^Microsoft Azure/i, "Microsoft service"],
];

const CLIENTS: [RegExp, string, AgentFact["kind"]][] = [
  [/BAV2ROPC|CBAInPROD|CBAInTAR/i, "legacy mail protocol", "mail-client"],
  [/^Outlook-iOS|^Outlook-Android|com\.microsoft\.office\.outlook/i, "Outlook mobile", "mobile-app"],
  [/Microsoft Office\/|Microsoft Outlook|OUTLOOK\.EXE|^Outlook/i, "Outlook", "mail-client"],
  [/Thunderbird\//i, "Thunderbird", "mail-client"],
  [/^Apple-iPhone|^Apple-iPad|iOS\/.*(dataaccessd|Mail)|accountsd/i, "Apple Mail", "mail-client"],
  [/^(Android|Samsung|SAMSUNG)-?(Mail|SAS|EAS|\d)/i, "Android mail", "mail-client"],
  [/Teams\//i, "Teams", "mobile-app"],
  [/Dalvik\/|CFNetwork\//i, "mobile app", "mobile-app"],
  [/^Windows-AzureAD-Authentication-Provider|^Mozilla.*WebView\/3|Windows Broker/i, "Windows sign-in", "service"],
];

const cache = new Map<string, AgentFact>();
const MAX_CACHED = 20_000;
const MAX_AGENT = 1024;

function system(agent: string): string | undefined {
  if (/Windows NT|^Windows/i.test(agent)) return "Windows";
  if (/iPhone|iPad|\biOS\b|Outlook-iOS/i.test(agent)) return "iOS";
  if (/Android/i.test(agent)) return "Android";
  if (/Mac OS X|Macintosh/i.test(agent)) return "macOS";
  if (/CrOS/i.test(agent)) return "ChromeOS";
  return /Linux|X11/i.test(agent) ? "Linux" : undefined;
}

function read(agent: string): AgentFact {
  const os = system(agent);
  const withOs = (fact: AgentFact): AgentFact => (os ? { ...fact, os } : fact);
  const tool = TOOLKITS.find(([pattern]) => pattern.test(agent));
  if (tool) return withOs({ family: tool[1], kind: "toolkit" });
  const service = SERVICES.find(([pattern]) => pattern.test(agent));
  if (service) return { family: service[1], kind: "service" };
  const client = CLIENTS.find(([pattern]) => pattern.test(agent));
  if (client) return withOs({ family: client[1], kind: client[2] });
  if (!/^Mozilla\//i.test(agent)) return withOs({ family: agent.split(/[\s/]/)[0] || "unknown", kind: "unknown" });
  const name = Bowser.getParser(agent).getBrowserName(true);
  return withOs({ family: name || "browser", kind: "browser" });
}

/** What a user agent claims to be. Claimed by the client: it may add suspicion, it never removes any. */
export function agentFacts(userAgent: string): AgentFact {
  const agent = userAgent.slice(0, MAX_AGENT);
  const cached = cache.get(agent);
  if (cached) return cached;
  const fact = read(agent);
  if (cache.size < MAX_CACHED) cache.set(agent, fact);
  return fact;
}
