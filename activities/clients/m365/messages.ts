import { asObject, asText } from "./faults.ts";
import type { Graph } from "./graph.ts";
import { odataText, segment } from "./graph.ts";
import type { M365Message, M365Tenant } from "./m365.ts";

/** Ids survive a move inside the mailbox ("Get immutable identifiers for Outlook resources"). */
const IMMUTABLE = { Prefer: 'IdType="ImmutableId"' };

/** Finding a mail in every folder of one mailbox and moving it; a move answers 201 with the id it has from then on. */
export function messageDoor(graph: Graph): Pick<M365Tenant, "findMessages" | "readFolderId" | "moveMessage"> {
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
