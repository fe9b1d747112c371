import type { ArtifactKind } from "#domain/incident/analysis.ts";
import type { ActionKind } from "#domain/remediation/steps.ts";

/** An artifact as the plan needs it; ids are Microsoft's own. */
export type PlannedArtifact = {
  id: string;
  kind: ArtifactKind;
  name: string;
  objectId: string | null;
  mailboxObjectId: string | null;
  state: "active" | "disabled" | "deleted" | "unknown";
  byAttacker: boolean;
  detail: Record<string, string>;
};

export type ArtifactChoice = "disable" | "delete";

export type PlanItem = {
  artifactId: string;
  name: string;
  /** null: nothing Petra can do; `words` says what a person does. */
  action: ActionKind | null;
  targetId: string | null;
  /** What brings it back; null = cannot be undone. */
  undo: ActionKind | null;
  /** The state the artifact has afterwards. */
  becomes: "disabled" | "deleted";
  /** Only what the attacker made is selected beforehand. */
  isSelected: boolean;
  words: string;
};

/** What undoes what; null = nothing brings it back. */
export const UNDO_OF: Record<ActionKind, ActionKind | null> = {
  "revoke-sessions": null,
  "disable-account": "enable-account",
  "enable-account": null,
  "move-message": "restore-message",
  "restore-message": null,
  "delete-inbox-rule": "recreate-inbox-rule",
  "disable-inbox-rule": "recreate-inbox-rule",
  "recreate-inbox-rule": null,
  "clear-forwarding": "restore-forwarding",
  "restore-forwarding": null,
  "remove-mailbox-permission": "add-mailbox-permission",
  "add-mailbox-permission": null,
  "disable-transport-rule": "enable-transport-rule",
  "enable-transport-rule": null,
  "disable-connector": "enable-connector",
  "enable-connector": null,
  "remove-connector": null,
  "delete-oauth-grant": "recreate-oauth-grant",
  "recreate-oauth-grant": null,
  "disable-service-principal": "enable-service-principal",
  "enable-service-principal": null,
  "disable-application": "enable-application",
  "enable-application": null,
  "disable-device": "enable-device",
  "enable-device": null,
  "delete-mfa-method": null,
  "remove-role-assignment": "add-role-assignment",
  "add-role-assignment": null,
  "set-password": null,
  "reset-by-writeback": null,
  "prepare-block-group": null,
  "add-to-block-group": "remove-from-block-group",
  "remove-from-block-group": null,
  "disable-mailbox-protocols": "restore-mailbox-protocols",
  "restore-mailbox-protocols": null,
};

type Treatment = { action: ActionKind; target: string | null; becomes: "disabled" | "deleted"; words: string };

const TAKE_ROLE_AWAY =
  "Remove the role in the Microsoft Entra admin center: Petra's application may not change role assignments. Petra sees when it is gone";

/** One line of step 3's plan: what would be done, to what exactly, and whether it can be brought back. */
export function planArtifact(artifact: PlannedArtifact, accountObjectId: string, choice?: ArtifactChoice): PlanItem {
  const base = { artifactId: artifact.id, name: artifact.name, isSelected: artifact.byAttacker };
  if (artifact.kind === "role-assignment")
    return { ...base, action: null, targetId: null, undo: null, becomes: "deleted", words: TAKE_ROLE_AWAY };
  const treatment = treat(artifact, accountObjectId, choice);
  if (!treatment?.target) {
    const words = treatment
      ? "It was not found at Microsoft yet: Petra looks again with the next sweep."
      : "The mail belongs to Retract Phishing Emails.";
    return { ...base, action: null, targetId: null, undo: null, becomes: "disabled", words };
  }
  const { action, target, becomes, words } = treatment;
  // Graph cannot make a rule again that it does not show.
  const undo = artifact.detail.isHidden === "true" && action === "delete-inbox-rule" ? null : UNDO_OF[action];
  return { ...base, action, targetId: target, undo, becomes, words };
}

/** D2: inbox rules are deleted, everything else is disabled or cut off; deleting is a person's choice where both exist. */
function treat(a: PlannedArtifact, accountObjectId: string, choice?: ArtifactChoice): Treatment | undefined {
  const mailbox = a.mailboxObjectId ?? accountObjectId;
  const inMailbox = a.objectId && `${mailbox}/${a.objectId}`;
  switch (a.kind) {
    case "inbox-rule":
      return choice === "disable"
        ? { action: "disable-inbox-rule", target: inMailbox, becomes: "disabled", words: "Disable the rule" }
        : { action: "delete-inbox-rule", target: inMailbox, becomes: "deleted", words: "Delete the rule" };
    case "mailbox-forwarding":
      return { action: "clear-forwarding", target: mailbox, becomes: "deleted", words: "Stop the forwarding" };
    case "mailbox-delegate": {
      const trustee = a.detail.trustee ?? a.name;
      return {
        action: "remove-mailbox-permission",
        target: trustee && `${mailbox}/${trustee}`,
        becomes: "deleted",
        words: "Take the access away",
      };
    }
    case "transport-rule":
      return { action: "disable-transport-rule", target: a.objectId, becomes: "disabled", words: "Disable the rule" };
    case "inbound-connector":
    case "outbound-connector": {
      const target = a.objectId && `${a.kind}/${a.objectId}`;
      return choice === "delete"
        ? { action: "remove-connector", target, becomes: "deleted", words: "Remove the connector" }
        : { action: "disable-connector", target, becomes: "disabled", words: "Disable the connector" };
    }
    case "oauth-grant":
      return { action: "delete-oauth-grant", target: a.objectId, becomes: "deleted", words: "Withdraw the consent" };
    case "service-principal":
      return {
        action: "disable-service-principal",
        target: a.objectId,
        becomes: "disabled",
        words: "Disable the app in this tenant",
      };
    case "app-registration":
      return {
        action: "disable-application",
        target: a.objectId,
        becomes: "disabled",
        words: "Disable the app registration",
      };
    case "device":
      return { action: "disable-device", target: a.objectId, becomes: "disabled", words: "Disable the device" };
    case "mfa-method":
      return {
        action: "delete-mfa-method",
        target: a.objectId && `${accountObjectId}/${a.detail.methodKind ?? "unknown"}/${a.objectId}`,
        becomes: "deleted",
        words: "Delete the sign-in method",
      };
    case "role-assignment":
    case "internal-phish":
    case "mailbox-phish":
      return undefined;
  }
}
