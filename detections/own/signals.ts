import type { IncidentDraft, Notable } from "#domain/incident/analysis.ts";
import { dedupKey } from "../define-detection.ts";
import { HOUR } from "../world/seen.ts";
import type { OwnFinding } from "./findings.ts";

/**
 * Shows own signals where they belong: on the incident of the same account at the same time, else as notable. They
 * weigh nothing there: an incident is neither raised nor made worse by them, and their records are not its records.
 */
export function tellOwnSignals(incidents: readonly IncidentDraft[], own: readonly OwnFinding[]): Notable[] {
  const notable: Notable[] = [];
  for (const { detection, finding, isVerdict } of own) {
    if (isVerdict) continue;
    const account = finding.account.ref;
    const recordIds = [...new Set(finding.events.flatMap((seen) => seen.ids))];
    const at = finding.events.at(-1)!.event.occurredAt;
    const home = incidents.find(
      (incident) =>
        incident.account.upn === account.upn &&
        incident.account.objectId === account.objectId &&
        finding.events.some(
          (seen) =>
            seen.at >= Date.parse(incident.firstAttackerActivity) - HOUR &&
            seen.at <= Date.parse(incident.lastAttackerActivity) + HOUR,
        ),
    );
    if (!home) {
      notable.push({ account, kind: detection.id, at, recordIds, why: finding.reason });
      continue;
    }
    home.signals.push({
      detection: detection.id,
      title: finding.title ?? detection.title,
      at,
      account,
      recordIds,
      dedupKey: dedupKey(detection, finding),
      weight: 0,
      attack: [...new Set(detection.attack.map((a) => a.technique))],
      reason: finding.reason,
    });
    home.for.push({ text: finding.reason, weight: 0, recordIds: recordIds.slice(0, 20) });
  }
  return notable;
}
