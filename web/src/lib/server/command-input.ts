import { COMMAND_KINDS, type CommandInput, type CommandKind } from "#domain/command/command.ts";
import { REMEDIATION_STEP_IDS, type RemediationStepId } from "#domain/remediation/steps.ts";

const text = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

function step(form: FormData): RemediationStepId | undefined {
  const value = text(form, "step");
  return REMEDIATION_STEP_IDS.find((id) => id === value);
}

/** Fields named `reason:<key>` become `{key: reason}`; empty ones are left out. */
function reasons(form: FormData): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of form) {
    if (name.startsWith("reason:") && String(value).trim() !== "") out[name.slice(7)] = String(value).trim();
  }
  return out;
}

function runStep(form: FormData): CommandInput | undefined {
  const id = step(form);
  if (!id) return undefined;
  const artifactIds = form.getAll("artifactId").map(String);
  const action = text(form, "artifactAction");
  const given = reasons(form);
  return {
    kind: "run-step",
    step: id,
    ...(artifactIds.length > 0 ? { artifactIds } : {}),
    ...(action === "disable" || action === "delete" ? { artifactAction: action } : {}),
    ...(form.get("handedOver") ? { handedOver: true } : {}),
    ...(Object.keys(given).length > 0 ? { reasons: given } : {}),
  };
}

function phish(form: FormData, kind: "tag-phish" | "untag-phish"): CommandInput | undefined {
  const internetMessageId = text(form, "internetMessageId");
  if (!internetMessageId) return undefined;
  if (kind === "untag-phish") return { kind, internetMessageId };
  const subject = text(form, "subject");
  const sender = text(form, "sender");
  return { kind, internetMessageId, ...(subject ? { subject } : {}), ...(sender ? { sender } : {}) };
}

/** What a posted form orders, in the shape of the contract; undefined when the form is not one of ours. The API judges it. */
export function commandInput(form: FormData): CommandInput | undefined {
  const wanted = text(form, "kind");
  const kind: CommandKind | undefined = COMMAND_KINDS.find((known) => known === wanted);
  const reason = text(form, "reason");
  switch (kind) {
    case undefined:
      return undefined;
    case "run-step":
      return runStep(form);
    case "skip-step":
      return { kind, step: "retract-phish", reason };
    case "tag-phish":
    case "untag-phish":
      return phish(form, kind);
    case "approve": {
      const id = step(form);
      return id ? { kind, step: id, ...(reason ? { reason } : {}) } : undefined;
    }
    case "refuse": {
      const id = step(form);
      return id ? { kind, step: id, reason } : undefined;
    }
    case "undo":
      return { kind, actionId: text(form, "actionId"), ...(reason ? { reason } : {}) };
    case "ask-msp":
      return { kind, question: text(form, "question") };
    case "answer-msp":
      return { kind, questionId: text(form, "questionId"), answer: text(form, "answer") };
    case "set-note":
      return { kind, note: text(form, "note") };
    case "mark-notable":
    case "attest-password":
    case "dismiss":
      return { kind, reason };
    case "mark-remediated":
      return { kind, reasons: reasons(form) };
    // Orders about mail over tenants have a form of their own.
    case "find-phish":
    case "retract-mail":
    case "restore-mail":
      return undefined;
    case "set-response":
      return { kind, enabled: text(form, "enabled") === "true", ...(reason ? { reason } : {}) };
    case "pause":
    case "remove":
      return { kind, ...(reason ? { reason } : {}) };
    default:
      return { kind };
  }
}
