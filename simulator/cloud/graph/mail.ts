import { graphTime } from "../../clock.ts";
import type { Json, Mailbox, Message } from "../../state/types.ts";
import type { Call } from "../call.ts";
import { badRequest, CloudError } from "../errors.ts";
import { entity, page } from "../odata.ts";
import { mailboxOf, noContent } from "./find.ts";
import { type GraphRoutes, READ_MAIL, READ_MAIL_SETTINGS, WRITE_MAIL } from "./route.ts";

const PAGE = { defaultSize: 10, maxSize: 1000 };

export function mailRoutes(routes: GraphRoutes): void {
  routes.on("get", "/users/:user/messages", READ_MAIL, (call) => {
    const { mailbox } = mailboxOf(call);
    const reachable = mailbox.messages.filter((m) => m.folderId !== folderId(mailbox, "recoverableitemsdeletions"));
    return page(call, search(call, reachable), PAGE, "users('me')/messages");
  });
  routes.on("get", "/users/:user/messages/:message", READ_MAIL, (call) => {
    const { mailbox } = mailboxOf(call);
    return entity(call, messageJson(call, messageOf(call, mailbox)), "users('me')/messages");
  });
  routes.on("get", "/users/:user/messages/:message/attachments", READ_MAIL, (call) => {
    const { mailbox } = mailboxOf(call);
    const files = (messageOf(call, mailbox).attachments ?? []).map((file, n) => ({
      "@odata.type": "#microsoft.graph.fileAttachment",
      id: `AAMkAGattachment${n}`,
      name: file.name,
      contentType: "application/octet-stream",
      size: Buffer.from(file.contentBytes, "base64").length,
      isInline: false,
      contentBytes: file.contentBytes,
    }));
    return page(call, files, PAGE, "users('me')/messages('id')/attachments");
  });
  routes.on("post", "/users/:user/messages/:message/move", WRITE_MAIL, move);
  routes.on("delete", "/users/:user/messages/:message", WRITE_MAIL, (call) => {
    const { user, mailbox } = mailboxOf(call);
    const message = messageOf(call, mailbox);
    const before = { folder: message.folderId };
    message.folderId = folderId(mailbox, "recoverableitemsdeletions") ?? message.folderId;
    call.effect({
      effect: "delete message",
      target: `${user.id}/${message.internetMessageId}`,
      before,
      after: { folder: message.folderId },
    });
    return noContent();
  });
  routes.on("get", "/users/:user/mailFolders", [...READ_MAIL, ...READ_MAIL_SETTINGS], (call) => {
    const { mailbox } = mailboxOf(call);
    const folders = mailbox.folders.filter((f) => f.wellKnownName !== "recoverableitemsdeletions");
    return page(
      call,
      folders.map((f) => folderJson(call, mailbox, f.id)),
      PAGE,
      "users('me')/mailFolders",
    );
  });
  routes.on("get", "/users/:user/mailFolders/:folder", [...READ_MAIL, ...READ_MAIL_SETTINGS], (call) => {
    const { mailbox } = mailboxOf(call);
    return entity(call, folderJson(call, mailbox, folderOf(call, mailbox)), "users('me')/mailFolders");
  });
  routes.on("get", "/users/:user/mailFolders/:folder/childFolders", [...READ_MAIL, ...READ_MAIL_SETTINGS], (call) => {
    folderOf(call, mailboxOf(call).mailbox);
    return page(call, [], PAGE, "users('me')/mailFolders");
  });
  routes.on("get", "/users/:user/mailFolders/:folder/messages", READ_MAIL, (call) => {
    const { mailbox } = mailboxOf(call);
    const folder = folderOf(call, mailbox);
    return page(
      call,
      search(
        call,
        mailbox.messages.filter((m) => m.folderId === folder),
      ),
      PAGE,
      "users('me')/messages",
    );
  });
}

const itemNotFound = (): CloudError =>
  new CloudError(404, "ErrorItemNotFound", "The specified object was not found in the store.");

/** $search and $filter exclude each other; an order-by member must be part of the filter first (InefficientFilter). */
function search(call: Call, messages: Message[]): Json[] {
  const text = call.query.get("$search");
  if (text && call.query.get("$filter"))
    throw badRequest("The query parameters '$search' and '$filter' cannot be combined.", "ErrorInvalidUrlQuery");
  const orderBy = call.query.get("$orderby")?.split(/[\s,]/)[0];
  const filter = call.query.get("$filter");
  if (filter && orderBy && !filter.trimStart().startsWith(orderBy)) {
    throw badRequest("The restriction or sort order is too complex for this operation.", "InefficientFilter");
  }
  const rows = messages.toSorted((a, b) => b.receivedAt - a.receivedAt);
  return (text ? rows.filter(keywordQuery(text)).slice(0, 1000) : rows).map((m) => messageJson(call, m));
}

function keywordQuery(text: string): (message: Message) => boolean {
  const terms = [
    ...text
      .replace(/^"|"$/g, "")
      .replaceAll('\\"', '"')
      .matchAll(/(?:(subject|from|to|body):)?("[^"]+"|\S+)/g),
  ];
  return (message) =>
    terms.every(([, field, raw = ""]) => {
      const wanted = raw.replaceAll('"', "").toLowerCase();
      const places: Record<string, string> = {
        subject: message.subject,
        from: `${message.from.name} ${message.from.address}`,
        to: message.to.map((r) => r.address).join(" "),
        body: message.bodyPreview,
      };
      const haystack = field ? (places[field] ?? "") : Object.values(places).join(" ");
      return haystack.toLowerCase().includes(wanted);
    });
}

/** Answers 201 with the new id; the old id is gone, so a repeated move is 404 unless ids are immutable. */
function move(call: Call): Response {
  const { user, mailbox } = mailboxOf(call);
  const message = messageOf(call, mailbox);
  const wanted = String(call.body().destinationId ?? "");
  const destination = mailbox.folders.find((f) => f.id === wanted || f.wellKnownName === wanted.toLowerCase());
  if (!destination)
    throw new CloudError(404, "ErrorFolderNotFound", "The specified folder could not be found in the store.");
  const before = { id: message.id, folderId: message.folderId, folder: nameOf(mailbox, message.folderId) };
  message.folderId = destination.id;
  message.id = newMessageId(call);
  call.effect({
    effect: "move message",
    target: `${user.id}/${message.internetMessageId}`,
    before,
    after: { id: message.id, folderId: destination.id, folder: destination.displayName },
    changed: before.folderId !== destination.id,
  });
  return entity(call, messageJson(call, message), "users('me')/messages", undefined, 201);
}

const newMessageId = (call: Call): string => `AAMkAG${Buffer.from(call.world.rng.uuid()).toString("base64url")}AAA=`;

export function folderId(mailbox: Mailbox, wellKnown: string): string | undefined {
  return mailbox.folders.find((f) => f.wellKnownName === wellKnown)?.id;
}

const nameOf = (mailbox: Mailbox, id: string): string => mailbox.folders.find((f) => f.id === id)?.displayName ?? id;

function folderOf(call: Call, mailbox: Mailbox): string {
  const wanted = decodeURIComponent(call.c.req.param("folder") ?? "");
  const folder = mailbox.folders.find((f) => f.id === wanted || f.wellKnownName === wanted.toLowerCase());
  if (!folder) throw new CloudError(404, "ErrorItemNotFound", "The specified folder could not be found in the store.");
  return folder.id;
}

function messageOf(call: Call, mailbox: Mailbox): Message {
  const id = decodeURIComponent(call.c.req.param("message") ?? "");
  const immutable = /IdType="?ImmutableId/i.test(call.c.req.header("prefer") ?? "");
  const message = mailbox.messages.find((m) => (immutable ? m.immutableId : m.id) === id);
  if (!message) throw itemNotFound();
  return message;
}

function messageJson(call: Call, message: Message): Json {
  const immutable = /IdType="?ImmutableId/i.test(call.c.req.header("prefer") ?? "");
  const recipient = (r: { name: string; address: string }): Json => ({
    emailAddress: { name: r.name, address: r.address },
  });
  return {
    id: immutable ? message.immutableId : message.id,
    receivedDateTime: graphTime(message.receivedAt),
    sentDateTime: graphTime(message.receivedAt),
    createdDateTime: graphTime(message.receivedAt),
    lastModifiedDateTime: graphTime(message.receivedAt),
    internetMessageId: message.internetMessageId,
    conversationId: message.conversationId,
    subject: message.subject,
    bodyPreview: message.bodyPreview,
    body: { contentType: "text", content: message.bodyPreview },
    parentFolderId: message.folderId,
    hasAttachments: message.hasAttachments,
    importance: "normal",
    isRead: message.isRead,
    isDraft: false,
    from: recipient(message.from),
    sender: recipient(message.from),
    toRecipients: message.to.map(recipient),
    ccRecipients: [],
    bccRecipients: [],
    categories: [],
  };
}

function folderJson(call: Call, mailbox: Mailbox, id: string): Json {
  const folder = mailbox.folders.find((f) => f.id === id);
  const inside = mailbox.messages.filter((m) => m.folderId === id);
  return {
    id,
    displayName: folder?.displayName ?? "",
    parentFolderId: mailbox.folders[0]?.id,
    childFolderCount: 0,
    unreadItemCount: inside.filter((m) => !m.isRead).length,
    totalItemCount: inside.length,
    isHidden: false,
    ...(call.beta ? { wellKnownName: folder?.wellKnownName ?? null } : {}),
  };
}
