import { createHash } from "node:crypto";
import { asObject, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { odataText, segment } from "./graph.ts";
import type { M365Mail, M365Message, M365Tenant, TracedMail } from "./m365.ts";

/** Ids survive a move inside the mailbox ("Get immutable identifiers for Outlook resources"). */
const IMMUTABLE = { Prefer: 'IdType="ImmutableId"' };

/** Finding a mail in every folder of one mailbox and moving it; a move answers 201 with the id it has from then on. */
export function messageDoor(
  graph: Graph,
): Pick<M365Tenant, "findMessages" | "readMails" | "traceMail" | "readFolderId" | "moveMessage"> {
  return {
    async findMessages(mailboxObjectId, match) {
      const rows = await graph.all({
        path: `/users/${segment(mailboxObjectId)}/messages`,
        query: {
          $filter: `internetMessageId eq ${odataText(match.internetMessageId)}`,
          $select: "id,internetMessageId,subject,from,parentFolderId,receivedDateTime",
        },
        headers: IMMUTABLE,
        lane: { mailbox: mailboxObjectId },
      });
      // Microsoft compares without regard to case, and another mail may have an id that differs in nothing else.
      return rows.map(toMessage).filter((message) => message.internetMessageId === match.internetMessageId);
    },
    async readMails(mailboxObjectId, query) {
      const $filter =
        "sender" in query
          ? `receivedDateTime ge ${query.since} and from/emailAddress/address eq ${odataText(query.sender)}`
          : `internetMessageId eq ${odataText(query.internetMessageId)}`;
      const rows = await graph.all({
        path: `/users/${segment(mailboxObjectId)}/messages`,
        query: {
          $filter,
          $select: "id,internetMessageId,subject,from,parentFolderId,receivedDateTime,body,hasAttachments",
          $top: "50",
        },
        headers: IMMUTABLE,
        lane: { mailbox: mailboxObjectId },
      });
      const mails: M365Mail[] = [];
      for (const row of rows)
        mails.push({
          ...toMessage(row),
          body: asText(asObject(row.body)?.content) ?? "",
          attachments: row.hasAttachments === true ? await hashAttachments(graph, mailboxObjectId, String(row.id)) : [],
        });
      return mails;
    },
    async traceMail({ since, until, by }) {
      const what =
        "messageId" in by ? `messageId eq ${odataText(by.messageId)}` : `senderAddress eq ${odataText(by.sender)}`;
      const rows = await graph.all({
        path: "/admin/exchange/tracing/messageTraces",
        query: {
          $filter: `receivedDateTime ge ${since} and receivedDateTime le ${until} and ${what}`,
          $top: "1000",
        },
      });
      return rows.map(toTraced);
    },
    async readFolderId(mailboxObjectId, wellKnownName) {
      const folder = await graph.get({
        path: `/users/${segment(mailboxObjectId)}/mailFolders/${wellKnownName}`,
        query: { $select: "id" },
        headers: IMMUTABLE,
        lane: { mailbox: mailboxObjectId },
      });
      return String(folder.id);
    },
    moveMessage: (mailboxObjectId, messageId, toFolder) =>
      graph.write({
        method: "POST",
        path: `/users/${segment(mailboxObjectId)}/messages/${segment(messageId)}/move`,
        body: { destinationId: toFolder },
        headers: IMMUTABLE,
        lane: { mailbox: mailboxObjectId },
      }),
  };
}

/** Larger files than this are not compared: a phish's own are small, and each would have to be read whole. */
const MAX_ATTACHMENT_BYTES = 10_000_000;

/** Reads the files attached to one mail, to know them again ("List attachments"); the bytes are not kept. */
async function hashAttachments(graph: Graph, mailboxObjectId: string, messageId: string): Promise<string[]> {
  const rows = await graph.all({
    path: `/users/${segment(mailboxObjectId)}/messages/${segment(messageId)}/attachments`,
    headers: IMMUTABLE,
    lane: { mailbox: mailboxObjectId },
  });
  return rows.flatMap((row) => {
    const content = asText(row.contentBytes);
    if (!content || Number(row.size ?? 0) > MAX_ATTACHMENT_BYTES) return [];
    return [createHash("sha256").update(Buffer.from(content, "base64")).digest("hex")];
  });
}

const toTraced = (row: Record<string, unknown>): TracedMail => ({
  sender: asText(row.senderAddress) ?? "",
  recipient: asText(row.recipientAddress) ?? "",
  messageId: asText(row.messageId) ?? "",
  subject: asText(row.subject) ?? "",
  status: asText(row.status) ?? "",
});

function toMessage(row: Record<string, unknown>): M365Message {
  const from = asObject(asObject(row.from)?.emailAddress);
  return {
    id: String(row.id),
    internetMessageId: String(row.internetMessageId ?? ""),
    subject: asText(row.subject) ?? "",
    from: asText(from?.address) ?? null,
    folderId: String(row.parentFolderId ?? ""),
    receivedAt: asText(row.receivedDateTime) ?? null,
  };
}
