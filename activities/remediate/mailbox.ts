import type { M365Fault, M365User } from "#activities/clients/m365/m365.ts";

export type Mailbox = {
  objectId: string;
  upn: string;
  /** Where Exchange Online has none, it is in the on-premises Exchange: the directory has its address from there. */
  isOnPremises: boolean;
};

export const mailboxOf = ({ objectId, upn, isSynced, mail }: M365User): Mailbox => ({
  objectId,
  upn,
  isOnPremises: isSynced && mail !== null,
});

/** Exchange Online has no mailbox of this account. */
export const isNotOnline = ({ code }: M365Fault): boolean => code === "MailboxNotEnabledForRESTAPI";
