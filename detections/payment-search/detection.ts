import { defineDetection, type Finding } from "../define-detection.ts";
import { weigh } from "../weights.ts";
import { byAccount, groupBy, runs } from "../windows.ts";
import { HOUR, isSuccess, type Seen } from "../world/seen.ts";

const WORDS =
  /invoice|payment|wire|remittance|\bach\b|\biban\b|swift|payroll|w-?2\b|salary|bank|account number|routing|purchase order|passwor[dt]|credential|\bmfa\b|vpn|rechnung|zahlung|überweisung|ueberweisung|kontoauszug|gehalt|facture|paiement|virement|factura|pago|nómina|nomina|fattura|bonifico|factuur|betaling/i;

function words(seen: Seen): string | undefined {
  const { action, params, file } = seen.event;
  const text = action.startsWith("search.")
    ? (params.QueryText ?? params.SearchQuery ?? params.SearchText ?? params.EventData)
    : file?.name;
  return text && WORDS.test(text) ? text : undefined;
}

const FEW = 3;

export default defineDetection({
  id: "payment-search",
  title: "Payments and passwords looked for from a strange place",
  severity: "medium",
  stage: "act",
  sources: ["unified-audit-log"],
  needs: ["ip", "baseline"],
  attack: [
    { tactic: "TA0009", technique: "T1114.002" },
    { tactic: "TA0009", technique: "T1530" },
  ],
  falsePositives: ["Accountants on the road"],
  knownGaps: ["Searches are recorded only where the premium audit is on and switched on for the mailbox"],
  runbook: ["Warn those who pay: a false invoice comes next", "Reset what was found: shared passwords in files"],
  find: (world) => {
    const out: Finding[] = [];
    const found = world
      .byAction("search.mail", "search.files", "file.access", "file.preview", "file.download")
      .filter((s) => isSuccess(s) && s.place.standing === "new" && !s.place.trustedDevice && words(s));
    for (const [account, events] of byAccount(found)) {
      for (const [ip, mine] of groupBy(events, (s) => s.event.client.ip)) {
        for (const run of runs(mine, 6 * HOUR)) {
          const searched = run.some((s) => s.event.action.startsWith("search."));
          const texts = [...new Set(run.map((s) => words(s) ?? ""))];
          if (!searched && texts.length < FEW) continue;
          out.push({
            account,
            events: run.slice(0, 8),
            dedup: `${ip}:${run[0]!.event.occurredAt.slice(0, 10)}`,
            weight: weigh("payment-search"),
            reason: `${searched ? "Searched for" : "Opened"} ${texts
              .slice(0, 3)
              .map((t) => `"${t.slice(0, 60)}"`)
              .join(", ")} from ${ip}.`,
          });
        }
      }
    }
    return out;
  },
});
