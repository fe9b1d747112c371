import type { Handle, HandleServerError } from "@sveltejs/kit/hooks";

const THEMES = new Set(["light", "dark"]);

/** S17. `same-origin` instead of `no-referrer`: with the latter a form without script sends `Origin: null` and the origin check (S16) would refuse it; other sites get no referrer either way. */
const HEADERS: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
  "cache-control": "no-store",
};

function knownZone(zone: string | undefined): string {
  if (!zone) return "UTC";
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

export const handle: Handle = async ({ event, resolve }) => {
  const theme = event.cookies.get("petra_theme");
  event.locals.theme = theme && THEMES.has(theme) ? (theme as "light" | "dark") : "system";
  event.locals.zone = knownZone(event.cookies.get("petra_zone"));
  event.locals.requestId = crypto.randomUUID();
  const response = await resolve(event, {
    transformPageChunk: ({ html }) => html.replace("%petra.theme%", event.locals.theme),
  });
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  if (event.url.protocol === "https:") {
    response.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  }
  response.headers.set("x-request-id", event.locals.requestId);
  return response;
};

/** Errors of ours keep their sentence; for the rest the log gets the kind and place, never the message, which may hold what a tenant said. */
export const handleError: HandleServerError = ({ kind, error, event }) => {
  const { requestId } = event.locals;
  if (kind === "app") return { ...error, requestId };
  if (kind === "framework" && error.status === 404) {
    return { message: "There is no page here", fix: "Check the address, or go back to Home.", requestId };
  }
  const name = error instanceof Error ? error.name : kind;
  console.error(JSON.stringify({ level: "error", event: "page.failed", requestId, route: event.route.id, name }));
  return {
    message: "The portal could not show this page",
    fix: "Nothing was changed. Try again; if it happens again, tell us the request id.",
    requestId,
  };
};
