import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import { codeOf } from "./authenticator.ts";

/** One message: the newest 500 are kept, each as a file of what came in. */
type Kept = { id: string; at: string; to: string[]; from: string; subject: string; email: Email };

const KEEP = 500;
const messages: Kept[] = [];
const folder = process.env.MAIL_SINK_FOLDER;
if (!folder) throw new Error("MAIL_SINK_FOLDER must name the folder for the messages.");
mkdirSync(folder, { recursive: true, mode: 0o700 });

type Envelope = Omit<Kept, "email" | "subject">;

function forget(kept: readonly Kept[]): void {
  for (const { id } of kept) for (const end of ["json", "eml"]) rmSync(join(folder!, `${id}.${end}`), { force: true });
}

async function keep(envelope: Envelope, raw: Buffer): Promise<void> {
  const email = await PostalMime.parse(raw);
  messages.unshift({ ...envelope, subject: email.subject ?? "", email });
  forget(messages.splice(KEEP));
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const envelope = JSON.parse(readFileSync(join(folder, file), "utf8")) as Envelope;
  await keep(envelope, readFileSync(join(folder, `${envelope.id}.eml`)));
}
messages.sort((a, b) => (a.at < b.at ? 1 : -1));

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8884}
pre{white-space:pre-wrap}iframe{width:100%;height:32rem;border:1px solid #8884;background:#fff}</style></head><body>${body}</body></html>`;

const list = (): string =>
  page(
    "Mail sent by this demo",
    `<h1>Mail sent by this demo</h1><p>Nothing leaves this machine. ${messages.length} message(s), newest first.</p>
<table><thead><tr><th>When</th><th>To</th><th>Subject</th></tr></thead><tbody>${messages
      .map(
        ({ id, at, to, subject }) =>
          `<tr><td>${escapeHtml(at)}</td><td>${escapeHtml(to.join(", "))}</td><td><a href="/messages/${id}/view">${escapeHtml(subject) || "(no subject)"}</a></td></tr>`,
      )
      .join("")}</tbody></table>`,
  );

const view = ({ at, from, to, subject, email }: Kept): string =>
  page(
    subject,
    `<p><a href="/">All mail</a></p><h1>${escapeHtml(subject)}</h1><p>${escapeHtml(at)}<br>From ${escapeHtml(from)}<br>To ${escapeHtml(to.join(", "))}</p>
${email.html ? `<iframe title="The message" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(`<base target="_blank">${email.html}`)}"></iframe>` : ""}
<h2>Text part</h2><pre>${escapeHtml(email.text ?? "(none)").replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)}</pre>`,
  );

/** Stands in for a telephone: whoever tries the demo has none to scan with. It knows only the key that is typed into it. */
const authenticator = (key: string): string => {
  const shown = codeOf(key, new Date());
  const refresh = shown ? `<meta http-equiv="refresh" content="${Math.min(5, shown.secondsLeft)}">` : "";
  const code = shown
    ? `<p style="font-size:3rem;letter-spacing:.2em;margin:1rem 0"><output>${shown.code}</output></p><p>for ${shown.secondsLeft} more seconds</p>`
    : key
      ? "<p>This is not a key. Copy it from Settings, Security.</p>"
      : "";
  return page(
    "Authenticator of the demo",
    `${refresh}<h1>Authenticator of the demo</h1><p>In place of a telephone. Paste the key that Settings, Security shows.</p>
<form method="get"><label>Key <input name="key" size="40" autocomplete="off" value="${escapeHtml(key)}"></label> <button>Show the code</button></form>${code}`,
  );
};

const json = ({ id, at, from, to, subject, email }: Kept) => ({
  id,
  at,
  from,
  to,
  subject,
  text: email.text ?? "",
  html: email.html ?? "",
  headers: email.headers.map(({ key, value }) => [key, value] as const),
  attachments: email.attachments.map(({ filename, mimeType }) => ({ filename, mimeType })),
});

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  response.end(body);
}

const http = createServer((request, response) => {
  const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "DELETE" && path === "/messages") {
    forget(messages.splice(0));
    return answer(response, 200, "application/json", "[]");
  }
  if (path === "/authenticator")
    return answer(response, 200, "text/html", authenticator(searchParams.get("key") ?? ""));
  if (path === "/") return answer(response, 200, "text/html", list());
  if (path === "/messages") return answer(response, 200, "application/json", JSON.stringify(messages.map(json)));
  const [, id, wantsPage] = path.match(/^\/messages\/(\w+)(\/view)?$/) ?? [];
  const kept = messages.find((message) => message.id === id);
  if (!kept) return answer(response, 404, "text/plain", "There is no such message.");
  return wantsPage
    ? answer(response, 200, "text/html", view(kept))
    : answer(response, 200, "application/json", JSON.stringify(json(kept)));
});

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  disableReverseLookup: true,
  size: 20 * 1024 * 1024,
  onData(stream, session, done) {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const raw = Buffer.concat(chunks);
      const at = new Date().toISOString();
      const id = createHash("sha256").update(at).update(raw).digest("hex").slice(0, 16);
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
      const envelope: Envelope = { id, at, from, to: session.envelope.rcptTo.map(({ address }) => address) };
      writeFileSync(join(folder, `${id}.eml`), raw, { mode: 0o600 });
      writeFileSync(join(folder, `${id}.json`), JSON.stringify(envelope), { mode: 0o600 });
      keep(envelope, raw).then(() => done(), done);
    });
  },
});
smtp.on("error", () => {});

const port = (name: string): number => {
  const value = Number(process.env[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be the number of a TCP port.`);
  return value;
};
smtp.listen(port("MAIL_SINK_SMTP_PORT"), "127.0.0.1");
http.listen(port("MAIL_SINK_HTTP_PORT"), "127.0.0.1");
process.once("SIGTERM", () => {
  http.close();
  http.closeAllConnections();
  smtp.close(() => process.exit(0));
});
