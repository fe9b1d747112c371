import type { ToldDetections } from "#db/repos/own-detections.ts";
import type { Firing } from "#db/repos/portal-detections.ts";
import type { Detection, Source } from "#detections/define-detection.ts";
import type { Capability } from "#domain/tenant/phases.ts";
import type { DetectionCatalogView, DetectionRow, Period } from "#domain/view/detection.ts";
import type { Quality } from "../detection-quality.ts";
import { looksFor } from "./detection-words.ts";

const SOURCES: Record<Source, { label: string; licence: string; need: Capability["id"] | null }> = {
  "sign-in-log": { label: "Entra sign-in log", licence: "Entra ID P1", need: "p1" },
  "unified-audit-log": { label: "Unified audit log", licence: "no premium licence", need: "audit-log" },
  "directory-audit": { label: "Entra directory audit", licence: "no premium licence", need: null },
  "mailbox-audit": { label: "Mailbox audit", licence: "no premium licence", need: "audit-log" },
  "live-inventory": { label: "What stands in the tenant now", licence: "no premium licence", need: "exchange-role" },
};

const NEEDS: Record<string, string> = {
  ip: "address facts",
  agent: "client facts",
  baseline: "what is usual for the account",
  session: "session ids",
  "own-domains": "the tenant's own domains",
  inventory: "live inventory",
};

function licenceOf({ id, sources }: Detection): string {
  if (id === "provider-risk") return "Entra ID P2 (P1 shows part of it)";
  const isBlindWithoutP1 = sources.every((source) => source === "sign-in-log");
  if (isBlindWithoutP1) return "Entra ID P1";
  return sources.includes("sign-in-log") ? "None. Entra ID P1 adds device, second factor and session to it" : "None";
}

type Counts = { firings: Firing[]; notables: { kind: string; n: number; lastAt: string | null }[] };

const later = (a: string | null, b: string | null): string | null => (a && b ? (a > b ? a : b) : (a ?? b));

const firedOf = (
  spoke: Firing | undefined,
  noticed: Counts["notables"][number] | undefined,
): DetectionRow["fired"] => ({
  signals: spoke?.signals ?? 0,
  incidents: spoke?.incidents ?? 0,
  dismissed: spoke?.dismissed ?? 0,
  remediated: spoke?.remediated ?? 0,
  uncommon: noticed?.n ?? 0,
  lastAt: later(spoke?.lastAt ?? null, noticed?.lastAt ?? null),
});

/** The catalogue with what it did in the viewer's tenants, in the catalogue's order. */
export function catalogView(input: {
  catalog: readonly Detection[];
  tenant: { id: string; name: string; capabilities: Capability[] } | undefined;
  tenants: number;
  period: Period;
  counts: Counts;
  quality: Quality;
  own: ToldDetections | undefined;
}): DetectionCatalogView {
  const { catalog, tenant, tenants, period, counts, quality, own } = input;
  const fired = new Map(counts.firings.map((row) => [row.detection, row]));
  const uncommon = new Map(counts.notables.map((row) => [row.kind, row]));
  const detections = catalog.map((detection): DetectionRow => {
    const spoke = fired.get(detection.id);
    const noticed = uncommon.get(detection.id);
    return {
      id: detection.id,
      title: detection.title,
      severity: detection.severity,
      stage: detection.stage,
      looksFor: looksFor(detection),
      attack: [...detection.attack],
      sources: detection.sources.map((source) => ({
        id: source,
        label: SOURCES[source].label,
        licence: SOURCES[source].licence,
      })),
      licence: licenceOf(detection),
      needs: detection.needs.map((need) => NEEDS[need] ?? need),
      knownGaps: [...detection.knownGaps],
      falsePositives: [...detection.falsePositives],
      runbook: [...detection.runbook],
      fired: firedOf(spoke, noticed),
      quality: quality.of.get(detection.id) ?? null,
    };
  });
  return {
    tenant: tenant ? { id: tenant.id, name: tenant.name } : null,
    tenants,
    period,
    detections,
    qualityMeasured: quality.measured,
    unseen: tenant ? unseenOf(tenant.capabilities) : [],
    own:
      own && own.loaded.length + own.refused.length > 0
        ? {
            readAt: own.toldAt,
            loaded: own.loaded.map((one) => ({ ...one, fired: firedOf(fired.get(one.id), uncommon.get(one.id)) })),
            refused: own.refused,
          }
        : null,
  };
}

const unseenOf = (capabilities: Capability[]): DetectionCatalogView["unseen"] =>
  Object.values(SOURCES).flatMap(({ label, need }) => {
    const lacking = capabilities.find((capability) => capability.id === need && !capability.ok);
    return lacking ? [{ source: label, reason: lacking.reason }] : [];
  });
