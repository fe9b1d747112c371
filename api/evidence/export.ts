import { type Evidence, listCitedEvents, loadEvidence } from "#db/repos/evidence.ts";
import { auditLook } from "#db/repos/look.ts";
import { writeAudit } from "#db/repos/order.ts";
import { createSigner } from "#db/signing.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Viewer } from "#domain/access/may.ts";
import { sha256 } from "#domain/event/sha256.ts";
import {
  EVIDENCE_FORMAT,
  evidenceDigest,
  type LineType,
  type SealBody,
  sealText,
  writeLine,
} from "#domain/evidence/file.ts";
import { type ApiContext, actorOf, inScope, nowOf } from "../context.ts";
import { notFound } from "../problem.ts";
import { actorFor } from "../view/actor.ts";
import { chainPart } from "./chain-part.ts";
import { recordLines } from "./records.ts";

/** A bound for one file; what is left out is counted in its header. */
const RECORDS_MAX = 10_000;

export type EvidenceFile = { name: string; text: string };

type Lines = { texts: string[]; hashes: string[]; add: (type: LineType, body: object) => void };

function createLines(): Lines {
  const texts: string[] = [];
  const hashes: string[] = [];
  return {
    texts,
    hashes,
    add: (type, body) => {
      const text = writeLine({ n: texts.length + 1, type, body: body as Record<string, unknown> });
      texts.push(text);
      hashes.push(sha256(text));
    },
  };
}

/** The ledger's row as its image in the audit spells it, with the moments beside. */
function actionLine(viewer: Viewer, { action, auditSeq }: Evidence["actions"][number]) {
  const { stepId, targetLabel, actor, orgId: _o, tenantId: _t, incidentId: _i, ...rest } = action;
  return {
    ...rest,
    step: stepId,
    target: targetLabel,
    actor: actorFor(viewer, actor),
    auditSeq: auditSeq === null ? null : Number(auditSeq),
  };
}

function incidentLine({ incident, account }: Evidence, viewer: Viewer) {
  const { draft: _, publishedBy, remediatedBy, ...rest } = incident;
  const shown = (actor: Actor | null) => actor && actorFor(viewer, actor);
  return { ...rest, publishedBy: shown(publishedBy), remediatedBy: shown(remediatedBy), account };
}

/** Everything but the audit, in the order of the file. */
function addRows(lines: Lines, viewer: Viewer, evidence: Evidence): void {
  lines.add("incident", incidentLine(evidence, viewer));
  for (const { actor, ...step } of evidence.steps)
    lines.add("step", { ...step, actor: actor && actorFor(viewer, actor) });
  for (const signal of evidence.signals) lines.add("signal", signal);
  for (const { actor, result: _, ...command } of evidence.commands)
    lines.add("command", { ...command, actor: actorFor(viewer, actor) });
  for (const row of evidence.actions) lines.add("action", actionLine(viewer, row));
}

/** May this person read the actor of an audit row? A client's guest sees machines and himself (S5). */
const showsActor =
  (viewer: Viewer) =>
  (text: string): boolean => {
    const actor = JSON.parse(text) as Actor;
    return JSON.stringify(actorFor(viewer, actor)) === JSON.stringify(actor);
  };

/**
 * One incident as one file that can be checked without us (docs/evidence.md). First the evidence is read and its digest
 * written to the audit; when that row stands in the chain, the chain's part and the signed head are added and all is sealed.
 */
export async function exportEvidence(c: ApiContext, incidentId: string): Promise<EvidenceFile> {
  const viewer = c.get("viewer");
  const signer = createSigner(c.get("deps").masterKey);
  const exportId = crypto.randomUUID();
  const now = nowOf(c);
  const read = await inScope(c, async (tx) => {
    const evidence = await loadEvidence(tx, incidentId);
    if (!evidence) throw notFound();
    const { incident, tenantName, microsoftTenantId, orgName, recordIds } = evidence;
    const { orgId, tenantId, number } = incident;
    const cited = await listCitedEvents(tx, tenantId, recordIds, RECORDS_MAX + 1);
    const lines = createLines();
    lines.add("header", {
      format: EVIDENCE_FORMAT,
      exportId,
      exportedAt: now,
      exportedBy: actorOf(viewer),
      orgId,
      orgName,
      tenantId,
      tenantName,
      microsoftTenantId,
      incidentId,
      incident: number,
      citedRecords: recordIds.length,
      hasAllRecords: cited.length <= RECORDS_MAX,
    });
    addRows(lines, viewer, evidence);
    for (const record of await recordLines(tx, tenantId, cited.slice(0, RECORDS_MAX))) lines.add("record", record);
    const at = { orgId, tenantId, incidentId };
    await auditLook(tx, { ...at, object: "evidence", name: viewer.name, now });
    await writeAudit(tx, {
      ...at,
      at: now,
      actor: actorOf(viewer),
      action: "evidence.export",
      object: exportId,
      detail: { digest: evidenceDigest(lines.hashes), lines: lines.texts.length },
    });
    return { lines, at, number };
  });
  const { lines, at, number } = read;
  const part = await inScope(c, (tx) => chainPart(tx, { ...at, signer, now, showsActor: showsActor(viewer) }));
  for (const { type, body } of part) lines.add(type, body);
  const unsigned = { lines: [...lines.hashes], keyId: signer.keyId, publicKey: signer.publicKey };
  const seal: SealBody = { ...unsigned, signature: signer.sign(sealText(unsigned)) };
  lines.add("seal", seal);
  c.get("deps").log.info("evidence.exported", { requestId: c.get("requestId"), memberId: viewer.memberId, incidentId });
  return { name: `incident-${number}-${now.slice(0, 10)}.petra-evidence.jsonl`, text: `${lines.texts.join("\n")}\n` };
}
