import type { Rng } from "../random.ts";
import type { Folder, Mailbox, Message, Recipient } from "../state/types.ts";

const FOLDERS: [string, string | null][] = [
  ["Inbox", "inbox"],
  ["Sent Items", "sentitems"],
  ["Deleted Items", "deleteditems"],
  ["Junk Email", "junkemail"],
  ["Archive", "archive"],
  ["Drafts", "drafts"],
  ["RSS Feeds", null],
  ["Conversation History", "conversationhistory"],
  ["Recoverable Items Deletions", "recoverableitemsdeletions"],
];

export function newMailbox(rng: Rng): Mailbox {
  const folder = ([displayName, wellKnownName]: [string, string | null]): Folder => ({
    id: `AAMkAG${Buffer.from(rng.hex(40), "hex").toString("base64url")}AAA=`,
    displayName,
    wellKnownName,
  });
  return {
    guid: rng.uuid(),
    recipientType: "UserMailbox",
    forwardingSmtpAddress: null,
    forwardingAddress: null,
    deliverToMailboxAndForward: false,
    folders: FOLDERS.map(folder),
    messages: [],
    rules: [
      {
        id: Buffer.from(`AQAA${rng.hex(10)}`).toString("base64"),
        exchangeId: String(rng.int(1_000_000_000, 2_000_000_000)),
        name: "Junk E-mail Rule",
        sequence: 0,
        enabled: true,
        readOnly: true,
        hidden: true,
        conditions: {},
        actions: {},
      },
    ],
    permissions: [],
    protocols: {
      OWAEnabled: true,
      EwsEnabled: true,
      MAPIEnabled: true,
      ActiveSyncEnabled: true,
      ImapEnabled: true,
      PopEnabled: true,
      SmtpClientAuthenticationDisabled: false,
    },
  };
}

export function folderNamed(mailbox: Mailbox, name: string, rng: Rng): Folder {
  const found = mailbox.folders.find((f) => f.displayName === name);
  if (found) return found;
  const made: Folder = {
    id: `AAMkAG${Buffer.from(rng.hex(40), "hex").toString("base64url")}AAA=`,
    displayName: name,
    wellKnownName: null,
  };
  mailbox.folders.push(made);
  return made;
}

/** Puts one copy of a message into one folder; every copy has ids of its own and shares the internet message id. */
export function fileMessage(
  mailbox: Mailbox,
  rng: Rng,
  folderName: string,
  message: {
    internetMessageId: string;
    subject: string;
    body: string;
    from: Recipient;
    to: Recipient[];
    at: number;
    isRead?: boolean;
    hasAttachments?: boolean;
    attachments?: { name: string; contentBytes: string }[] | undefined;
  },
): Message {
  const made: Message = {
    id: `AAMkAG${Buffer.from(rng.hex(48), "hex").toString("base64url")}AAA=`,
    immutableId: `AAkALg${Buffer.from(rng.hex(48), "hex").toString("base64url")}`,
    folderId: folderNamed(mailbox, folderName, rng).id,
    internetMessageId: message.internetMessageId,
    conversationId: `AAQkAG${rng.hex(24)}`,
    subject: message.subject,
    bodyPreview: message.body,
    from: message.from,
    to: message.to,
    receivedAt: message.at,
    isRead: message.isRead ?? false,
    hasAttachments: message.hasAttachments ?? (message.attachments ?? []).length > 0,
    ...(message.attachments ? { attachments: message.attachments } : {}),
  };
  mailbox.messages.push(made);
  return made;
}
