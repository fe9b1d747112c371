import type { Session } from "../pen.ts";
import type { Intruder } from "./intruder.ts";
import { FREE_MAIL } from "./steps.ts";

const HIDING_PLACES = ["RSS Feeds", "Conversation History", "Archive", "Deleted Items", "RSS Subscriptions", "Notes"];
const WORDS = {
  hide: ["phish;hack;suspicious;spam;did you send;virus", "docusign;fraud;scam;link", ""],
  finance: ["invoice;payment;bank;remittance", "iban;swift;wire;account details", "@supplier"],
  payroll: ["payroll;salary;direct deposit;bank", "pay slip;payroll;HR"],
  forward: ["invoice;payment;contract", ""],
};

/** An inbox rule by Outlook on the web, by PowerShell's words, or by Outlook itself. Returns where it forwards. */
export function makeRule(i: Intruder, hands: Session, { purpose }: { purpose: keyof typeof WORDS }): string | null {
  const { rng, pen, company } = i;
  const { user } = i.victim;
  const name = rng.pick([
    ".",
    "..",
    ",",
    "a",
    "x1",
    "rule1",
    "Sync",
    "Junk filter",
    i.style.careful ? "Invoices" : "....",
  ]);
  const words = rng.pick(WORDS[purpose]);
  const outside =
    purpose === "forward"
      ? `${user.givenName.toLowerCase().replace(/[^a-z]/g, "")}.${rng.letters(6)}@${rng.pick(FREE_MAIL)}`
      : null;
  const folder = rng.pick(HIDING_PLACES);
  const deletes = purpose !== "forward" && rng.chance(0.25);
  const inOutlook = rng.chance(0.25);
  Object.assign(i.variation, {
    ruleBy: inOutlook ? "UpdateInboxRules" : "New-InboxRule",
    ruleEffect: outside ? "forward" : deletes ? "delete" : "move",
  });
  if (inOutlook) {
    const actions = outside
      ? [{ ActionType: "Forward", Recipients: [outside], ForwardFlags: "None" }]
      : deletes
        ? [{ ActionType: "Delete" }]
        : [{ ActionType: "Move", FolderName: folder }];
    pen.outlookRule(
      i.at,
      user,
      hands,
      name,
      actions,
      `{(|${words
        .split(";")
        .map((w) => `(SubString IgnoreCase(SubjectProperty)=${w})`)
        .join("")})}`,
    );
    return outside;
  }
  const parameters: Record<string, string> = {
    AlwaysDeleteOutlookRulesBlob: "False",
    Force: "False",
    Mailbox: user.id,
    Name: name,
    ...(words.startsWith("@")
      ? { FromAddressContainsWords: rng.pick(company.partners) }
      : words === ""
        ? {}
        : { [rng.pick(["SubjectOrBodyContainsWords", "BodyContainsWords"])]: words }),
    ...(outside
      ? { [rng.pick(["ForwardTo", "RedirectTo", "ForwardAsAttachmentTo"])]: outside }
      : deletes
        ? { DeleteMessage: "True" }
        : { MoveToFolder: folder }),
    ...(rng.chance(0.7) ? { MarkAsRead: "True" } : {}),
    StopProcessingRules: "True",
  };
  pen.cmdlet(i.at, user, hands, "New-InboxRule", parameters, `${company.tenant.initialDomain}\\${user.id}\\${name}`);
  if (rng.chance(0.25)) {
    i.wait(2, 8);
    pen.cmdlet(
      i.at,
      user,
      hands,
      "Set-InboxRule",
      { ...parameters, Identity: `${user.id}\\${name}` },
      `${company.tenant.initialDomain}\\${user.id}\\${name}`,
    );
  }
  return outside;
}
