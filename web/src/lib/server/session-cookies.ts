import type { Cookies } from "@sveltejs/kit";

type Attributes = Parameters<Cookies["set"]>[2];

function attributesOf(parts: string[]): Attributes {
  const found = new Map(
    parts.map((part) => [part.split("=")[0]?.trim().toLowerCase() ?? "", part.split("=").slice(1).join("=").trim()]),
  );
  const maxAge = found.get("max-age");
  const expires = found.get("expires");
  const sameSite = found.get("samesite")?.toLowerCase();
  return {
    path: found.get("path") || "/",
    httpOnly: found.has("httponly"),
    secure: found.has("secure"),
    ...(sameSite === "strict" || sameSite === "none" ? { sameSite } : { sameSite: "lax" }),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    ...(expires === undefined ? {} : { expires: new Date(expires) }),
  };
}

/** Hands the cookies that the API set (sign-in, sign-out) on to the browser, values untouched. */
export function passCookiesOn(answer: Response, cookies: Cookies): void {
  for (const line of answer.headers.getSetCookie()) {
    const [pair = "", ...rest] = line.split(";");
    const at = pair.indexOf("=");
    if (at <= 0) continue;
    cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim(), {
      ...attributesOf(rest),
      encode: (value) => value,
    });
  }
}

/** Where to go after signing in: a path of ours, or Home. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-") ? next : "/";
}
