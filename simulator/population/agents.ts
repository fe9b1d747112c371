import type { Rng } from "../random.ts";
import type { Agent } from "../records/sign-in.ts";

/** Browsers renew themselves about every four weeks. */
const version = (day: number): number => 146 + Math.floor((day + 7) / 28);

export type Browser = "edge" | "chrome" | "firefox" | "safari" | "chrome-mac";

/** The person's browser as it is on that day of the population. */
export function browser(kind: Browser, day: number): Agent {
  const v = version(day);
  const chrome = `AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${v}.0.0.0 Safari/537.36`;
  switch (kind) {
    case "edge":
      return {
        userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/${v}.0.0.0`,
        os: "Windows10",
        browser: `Edge ${v}.0.0`,
      };
    case "chrome":
      return {
        userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`,
        os: "Windows10",
        browser: `Chrome ${v}.0.0`,
      };
    case "chrome-mac":
      return {
        userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}`,
        os: "MacOs",
        browser: `Chrome ${v}.0.0`,
      };
    case "firefox":
      return {
        userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:${v}.0) Gecko/20100101 Firefox/${v}.0`,
        os: "Windows10",
        browser: `Firefox ${v}.0`,
      };
    case "safari":
      return {
        userAgent:
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Safari/605.1.15",
        os: "MacOs",
        browser: "Safari 19.2",
      };
  }
}

export const OUTLOOK_DESKTOP: Agent = {
  userAgent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18827; Pro)",
  os: "Windows10",
  browser: "Rich Client 5.0.3.0",
};

export const ONE_DRIVE: Agent = {
  userAgent: "Microsoft SkyDriveSync 26.071.0413.0001 ship; Windows NT 10.0 (26100)",
  os: "Windows10",
  browser: "",
};

export const IPHONE: Agent = {
  userAgent: "Outlook-iOS/723.4123120.prod.iphone (5.2614.0)",
  os: "Ios 19.3",
  browser: "Mobile Safari",
};

export const ANDROID: Agent = {
  userAgent: "Outlook-Android/4.2614.1 (Linux; Android 16; SM-S931B)",
  os: "Android 16",
  browser: "Chrome Mobile 147.0.7727",
};

export const IOS_MAIL: Agent = { userAgent: "Apple-iPhone17C2/2303.102", os: "Ios 19.3", browser: "" };

/** What the proxies of adversary-in-the-middle kits and their panels show to Microsoft. */
export const KIT_AGENTS: readonly (Agent & { kit: string })[] = [
  { kit: "tycoon-like", userAgent: "axios/1.7.9", os: "", browser: "" },
  { kit: "tycoon-like", userAgent: "axios/1.8.4", os: "", browser: "" },
  { kit: "node-fetch", userAgent: "node", os: "", browser: "" },
  { kit: "undici", userAgent: "undici", os: "", browser: "" },
  { kit: "go-proxy", userAgent: "Go-http-client/2.0", os: "", browser: "" },
  {
    kit: "evilginx-like",
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
    os: "Windows10",
    browser: "Chrome 133.0.0",
  },
  {
    kit: "mamba-like",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    os: "Linux",
    browser: "Chrome 124.0.0",
  },
];

export const GUESSING_AGENTS: readonly Agent[] = [
  { userAgent: "python-requests/2.32.3", os: "", browser: "" },
  { userAgent: "Go-http-client/1.1", os: "", browser: "" },
  { userAgent: "fasthttp", os: "", browser: "" },
  { userAgent: "BAV2ROPC", os: "", browser: "" },
  {
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    os: "Windows10",
    browser: "Chrome 120.0.0",
  },
];

/** An attacker's own browser, when he takes no care to look like the victim. */
export function strangersBrowser(rng: Rng): Agent {
  return rng.pick<Agent>([
    {
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      os: "Linux",
      browser: "Firefox 128.0",
    },
    {
      userAgent:
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      os: "Windows10",
      browser: "Chrome 142.0.0",
    },
    {
      userAgent:
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
      os: "MacOs",
      browser: "Chrome 141.0.0",
    },
    browser("chrome", 0),
  ]);
}
