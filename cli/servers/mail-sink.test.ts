import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import nodemailer from "nodemailer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeOf } from "./authenticator.ts";
import { freePort } from "./ports.ts";

let sink: ChildProcess;
let smtpPort: number;
let base: string;
const folder = mkdtempSync(join(tmpdir(), "petra-mail-"));

async function startSink(): Promise<void> {
  smtpPort = await freePort();
  const httpPort = await freePort();
  base = `http://127.0.0.1:${httpPort}`;
  sink = spawn(process.execPath, [join(import.meta.dirname, "mail-sink.ts")], {
    env: { MAIL_SINK_SMTP_PORT: String(smtpPort), MAIL_SINK_HTTP_PORT: String(httpPort), MAIL_SINK_FOLDER: folder },
    stdio: "inherit",
  });
  for (let tries = 0; tries < 400; tries++) {
    const isUp = await fetch(base).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await sleep(25);
  }
  throw new Error("The mail sink did not come up.");
}
beforeAll(startSink);
afterAll(() => {
  sink.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("a mail sent over SMTP can be read as JSON and in the browser, its HTML shut in a sandbox", async () => {
  const sender = nodemailer.createTransport({ host: "127.0.0.1", port: smtpPort, secure: false, ignoreTLS: true });
  const html = '<p onclick="alert(1)">Dear <b>Ada</b></p><script>alert(1)</script>';
  await sender.sendMail({
    from: "petra@msp.example",
    to: "ada@client.example",
    subject: 'Locked <script>"now"</script>',
    text: "Dear Ada",
    html,
  });
  const [message] = (await (await fetch(`${base}/messages`)).json()) as {
    id: string;
    to: string[];
    subject: string;
    text: string;
  }[];
  expect(message).toMatchObject({ to: ["ada@client.example"], subject: 'Locked <script>"now"</script>' });
  expect(message!.text.trim()).toBe("Dear Ada");
  const view = await fetch(`${base}/messages/${message!.id}/view`);
  const text = await view.text();
  expect(text).toContain("<iframe");
  expect(text).not.toContain("<script");
  expect(text).not.toContain("allow-scripts");
  expect(text).not.toContain("allow-same-origin");
  expect(view.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await (await fetch(base)).text()).not.toContain("<script");
  expect((await fetch(`${base}/messages/nosuch`)).status).toBe(404);
});

test("mail is still there after a restart", async () => {
  const before = await (await fetch(`${base}/messages`)).json();
  sink.kill("SIGKILL");
  await startSink();
  expect(await (await fetch(`${base}/messages`)).json()).toEqual(before);
  expect(before).toHaveLength(1);
});

test("the demo's authenticator shows what RFC 6238 gives for a key, and says when something is no key", async () => {
  const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  expect(codeOf(key, new Date(59_000))).toEqual({ code: "287082", secondsLeft: 1 });
  expect(codeOf(key, new Date(1_111_111_109_000))?.code).toBe("081804");
  expect(await (await fetch(`${base}/authenticator?key=${key}`)).text()).toMatch(/<output>\d{6}<\/output>/);
  expect(await (await fetch(`${base}/authenticator?key=${"<b>".repeat(9)}`)).text()).not.toContain("<b>");
});
