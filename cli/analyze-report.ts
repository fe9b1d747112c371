import { sha256 } from "#domain/event/sha256.ts";
import { show } from "#domain/event/show.ts";
import type { Analysis } from "#domain/incident/analysis.ts";
import type { AnalyzeReport } from "#domain/incident/analyze-report.schema.ts";
import type { FolderLogs } from "./analyze-folder.ts";

/** The public JSON from an analysis and what was read. */
export function reportOf(logs: FolderLogs, analysis: Analysis, asOf: string): AnalyzeReport {
  const accounts = new Set(
    logs.events
      .filter((e) => e.actor.kind === "person" || e.actor.kind === "guest")
      .map((e) => e.actor.upn ?? e.actor.objectId ?? ""),
  );
  return {
    version: 1,
    asOf,
    sources: logs.sources,
    unreadable: logs.unreadable,
    accounts: accounts.size,
    incidents: analysis.incidents.map((i) => ({
      id: sha256(i.key).slice(0, 16),
      account: { upn: i.account.upn, objectId: i.account.objectId ?? null },
      kind: i.kind,
      severity: i.severity,
      confidence: i.confidence,
      headline: i.headline,
      firstAttackerActivity: i.firstAttackerActivity,
      lastAttackerActivity: i.lastAttackerActivity,
      detectableAt: i.detectableAt,
      attack: i.attack,
      attacker: i.attacker,
      signals: i.signals.map(({ detection, title, at, recordIds }) => ({ detection, title, at, recordIds })),
      recordIds: i.recordIds,
      persistence: i.persistence.map((p) => ({
        kind: p.kind,
        name: p.name,
        state: p.state,
        recordId: p.recordId ?? null,
      })),
    })),
    failedAttacks: analysis.failedAttacks.map(({ kind, sourceIps, accounts: tried, from, to, recordIds }) => ({
      kind,
      sourceIps,
      accounts: tried,
      from,
      to,
      recordIds,
    })),
    notable: analysis.notable.map((n) => ({
      account: { upn: n.account.upn, objectId: n.account.objectId ?? null },
      kind: n.kind,
      at: n.at,
      recordIds: n.recordIds,
      why: n.why,
    })),
  };
}

function line(text: string, max = 200): string {
  return show(text.replace(/\s+/g, " "), max);
}

function when(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

/** What a person reads: incidents with what to do about each, attacks that failed, what was odd but no more. */
export function tableOf(report: AnalyzeReport, analysis: Analysis): string {
  const out: string[] = [];
  const total = report.sources.reduce(
    (sum, s) => ({
      records: sum.records + s.records,
      understood: sum.understood + s.understood,
      notRelevant: sum.notRelevant + s.notRelevant,
      unreadable: sum.unreadable + s.unreadable,
    }),
    { records: 0, understood: 0, notRelevant: 0, unreadable: 0 },
  );
  out.push(
    `Read ${total.records} records from ${report.sources.length} files: ${total.understood} understood, ${total.notRelevant} not relevant, ${total.unreadable} unreadable. ${report.accounts} accounts.`,
    "",
  );
  if (report.incidents.length === 0) out.push("No incidents.");
  else out.push(`${report.incidents.length} INCIDENTS`, "");
  for (const incident of analysis.incidents) {
    out.push(
      `${incident.severity.toUpperCase().padEnd(8)} ${line(incident.account.upn, 80)}  ${incident.kind}  confidence ${Math.round(incident.confidence * 100)}%`,
    );
    out.push(`  ${line(incident.headline, 240)}`);
    out.push(
      `  ${when(incident.firstAttackerActivity)} – ${when(incident.lastAttackerActivity)} UTC, could be known at ${when(incident.detectableAt)}`,
    );
    for (const reason of incident.for.slice(0, 6))
      out.push(
        `  + ${line(reason.text)} [${line(reason.recordIds[0] ?? "", 60)}${reason.recordIds.length > 1 ? ` and ${reason.recordIds.length - 1} more` : ""}]`,
      );
    for (const reason of incident.against.slice(0, 3)) out.push(`  - ${line(reason.text)}`);
    for (const left of incident.persistence)
      if (left.state !== "deleted")
        out.push(
          `  ! ${left.kind} "${line(left.name, 60)}"${left.mailbox ? ` in ${line(left.mailbox, 60)}` : ""} is ${left.state}: ${line(left.effect, 100)}`,
        );
    out.push(
      `  Do: lock the account and revoke its sessions${incident.phish.length > 0 ? ", pull back what it sent" : ""}${incident.persistence.some((p) => p.state !== "deleted") ? ", remove what is marked !" : ""}, then reset the password.`,
      "",
    );
  }
  out.push(...failedLines(report), ...notableLines(report), ...unreadableLines(report));
  return `${out.join("\n")}\n`;
}

function failedLines(report: AnalyzeReport): string[] {
  if (report.failedAttacks.length === 0) return [];
  const rows = report.failedAttacks
    .slice(0, 20)
    .map(
      (f) =>
        `  ${f.kind}  ${f.recordIds.length} attempts at ${f.accounts.length} accounts from ${line(f.sourceIps.slice(0, 3).join(", "), 80)}  ${when(f.from)} – ${when(f.to)}`,
    );
  return [`${report.failedAttacks.length} FAILED ATTACKS`, ...rows, ""];
}

function notableLines(report: AnalyzeReport): string[] {
  if (report.notable.length === 0) return [];
  const rows = report.notable
    .slice(0, 20)
    .map((n) => `  ${when(n.at)}  ${line(n.account.upn, 60)}  ${line(n.why, 140)}`);
  const more = report.notable.length > 20 ? [`  and ${report.notable.length - 20} more`] : [];
  return [`${report.notable.length} NOTABLE, not incidents`, ...rows, ...more, ""];
}

function unreadableLines(report: AnalyzeReport): string[] {
  if (report.unreadable.length === 0) return [];
  const rows = report.unreadable
    .slice(0, 10)
    .map((u) => `  ${line(u.file, 100)}${u.line > 0 ? `:${u.line}` : ""}  ${line(u.reason, 100)}`);
  const more = report.unreadable.length > 10 ? [`  and ${report.unreadable.length - 10} more (see --json)`] : [];
  return [`${report.unreadable.length} NOT READ`, ...rows, ...more, ""];
}
