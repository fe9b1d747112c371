import type { NormalizedEvent } from "../event.ts";
import { upnOf } from "./actor.ts";
import { defined, isRaw, list, object, pairs, type Raw, text } from "./raw.ts";

const MAX_MESSAGES = 500;

/** Mail facts of a mailbox record: subject, folder, messages, how many items, and who the mail was sent as. */
export function mailOf(
  body: Pick<NormalizedEvent, "action" | "handles" | "params"> & { mail?: NormalizedEvent["mail"] },
  raw: Raw,
): void {
  if (!body.action.startsWith("mail.")) return;
  const item = object(raw, "Item");
  const affected = list(raw, "AffectedItems").filter(isRaw);
  const folders = list(raw, "Folders").filter(isRaw);
  const ids = new Set<string>();
  const add = (value: string | undefined): void => {
    if (value && ids.size < MAX_MESSAGES) ids.add(value);
  };
  add(text(item, "InternetMessageId"));
  for (const one of affected) add(text(one, "InternetMessageId"));
  let listed = 0;
  for (const folder of folders) {
    for (const entry of list(folder, "FolderItems").filter(isRaw)) {
      listed += 1;
      add(text(entry, "InternetMessageId"));
    }
  }
  const counted = Number(text(raw, "OperationCount") ?? Number.NaN);
  const operation = pairs(raw.OperationProperties);
  const access = operation.get("MailAccessType");
  if (access) body.params.MailAccessType = access;
  const folder = object(raw, "Folder") ?? folders[0] ?? object(item, "ParentFolder") ?? undefined;
  const recipients = list(item, "To", "Recipients").filter((r) => typeof r === "string");
  const itemCount = Number.isFinite(counted) ? counted : listed || affected.length || (item ? 1 : undefined);
  body.mail = defined<NonNullable<NormalizedEvent["mail"]>>({
    subject: text(item, "Subject") ?? affected.map((a) => text(a, "Subject")).find((s) => s !== undefined),
    from: upnOf(text(raw, "SendAsUserSmtp", "SendOnBehalfOfUserSmtp")) ?? text(raw, "SendAsUserSmtp"),
    to: recipients.length > 0 ? recipients.slice(0, 500).map(String) : undefined,
    folder: text(folder, "Path", "Name"),
    internetMessageIds: ids.size > 0 ? [...ids] : undefined,
    itemCount,
    hasAttachments: text(item, "Attachments") ? true : undefined,
  });
  if (ids.size > 0) body.handles.messageIds = [...ids];
}
