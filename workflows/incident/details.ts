import type { IncidentBrief } from "#domain/incident/brief.ts";
import { REMEDIATION_STEPS } from "#domain/remediation/steps.ts";

/** One word for operators' lists. */
export function statusWord(brief: IncidentBrief): string {
  if (brief.status !== "open") return brief.status;
  if (brief.notContained) return "not-contained";
  if (brief.contained) return "contained";
  return brief.isPublished ? "open" : "unpublished";
}

const DONE = ["verified", "skipped", "not-applicable"];

/** The checklist in the Temporal UI; no names of people or mailboxes in it. */
export function checklist(brief: IncidentBrief): string {
  const lines = REMEDIATION_STEPS.map((step, i) => {
    const s = brief.steps[step.id];
    const why = s.reason ? ` (${s.reason})` : "";
    return `- [${DONE.includes(s.state) ? "x" : " "}] ${i + 1} ${step.label}: ${s.state}${why}`;
  });
  const response = brief.responseEnabled && brief.responseActs ? "on" : "off";
  return [`**Incident ${brief.number}: ${statusWord(brief)}**`, "", ...lines, "", `Petra Response: ${response}`].join(
    "\n",
  );
}
