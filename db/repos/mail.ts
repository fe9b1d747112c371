import { outbox } from "../schema/platform.ts";
import type { ScopedTx } from "../tenancy.ts";

export type NewMail = {
  orgId: string;
  tenantId: string | null;
  incidentId: string | null;
  /** One mail for one key of an organization, however often it is asked for. */
  key: string;
  recipient: string;
  subject: string;
  text: string;
  now: string;
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Puts a mail into the outbox, in the transaction of what it tells about. */
export async function insertMail(tx: ScopedTx, mail: NewMail): Promise<void> {
  const { now, ...columns } = mail;
  const html = `<!doctype html><html lang="en"><body><p>${escaped(mail.text).replaceAll("\n", "<br>")}</p></body></html>`;
  await tx
    .insert(outbox)
    .values({ ...columns, html, channel: "email", nextAt: now, createdAt: now })
    .onConflictDoNothing();
}
