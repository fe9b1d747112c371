/** Applications that public incident reports name again and again in stolen mailboxes. Some have honest users too. */
export const ABUSED_APPS: ReadonlyMap<string, string> = new Map([
  ["ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PerfectData Software"],
  ["e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client"],
  ["a245e8c0-b53c-4b67-9b45-751d1dff8e6b", "Newsletter Software Supermailer"],
  ["a43e5392-f48b-46a4-a0f1-098b5eeb4757", "CloudSponge"],
  ["caffae8c-0882-4c81-9a27-d1803af53a40", "SigParser"],
  ["b15665d9-eda6-4092-8539-0eec376afd59", "rclone"],
]);

/** Names under which the same programs are registered anew; nobody honest is known to need these in a company. */
const NEVER_HONEST = /^(perfectdata software|newsletter software supermailer|cloudsponge)$/i;
const SOMETIMES_HONEST = /^(em client|sigparser|rclone|fastmail|zoominfo( login)?|spike)$/i;

/** How an application stands in public reports of stolen mailboxes, by id or name. */
export function abuse(
  appId: string | undefined,
  name: string | undefined,
): "never-honest" | "sometimes-honest" | undefined {
  const known = ABUSED_APPS.get((appId ?? "").toLowerCase());
  const names = [known, name?.trim()].filter((n) => n !== undefined);
  if (names.some((n) => NEVER_HONEST.test(n))) return "never-honest";
  return known !== undefined || names.some((n) => SOMETIMES_HONEST.test(n)) ? "sometimes-honest" : undefined;
}
