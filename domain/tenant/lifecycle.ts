import type { CommandInput } from "#domain/command/command.ts";
import { BASELINE_DAYS, type TenantPhase, type TenantProduct, TRIAL_DAYS } from "#domain/tenant/phases.ts";

/** What the tenant's machine needs to know, read from its row. Times are ISO UTC. */
export type TenantState = {
  phase: TenantPhase;
  product: TenantProduct;
  isScanOnly: boolean;
  responseEnabled: boolean;
  onboardedAt: string | null;
  scanCompletedAt: string | null;
  /** The scan has filled the baseline of every account (ends baselining early, D24). */
  baselineFilled: boolean;
  baselineEndsAt: string | null;
  trialEndsAt: string | null;
  pausedAt: string | null;
};

const DAY_MS = 86_400_000;
const plusDays = (iso: string, days: number): string => new Date(Date.parse(iso) + days * DAY_MS).toISOString();

/** Access was verified: scanning begins, and with it the clock of baselining, at the latest three days (R29). */
export function afterConsent(state: TenantState, now: string): TenantState {
  if (state.phase !== "consent") return state;
  return { ...state, phase: "scanning", onboardedAt: now, baselineEndsAt: plusDays(now, BASELINE_DAYS) };
}

/** The scan is complete: the 14 days run from here (R28), once per Microsoft tenant. */
export function afterScan(state: TenantState, now: string): TenantState {
  if (state.scanCompletedAt) return state;
  const trialEndsAt = state.trialEndsAt ?? plusDays(now, TRIAL_DAYS);
  return advance({ ...state, scanCompletedAt: now, trialEndsAt }, now).state;
}

/**
 * Where the clock brings a tenant: baselining ends when the scan has filled it or after three days, a trial after fourteen;
 * then only scan-only tenants pause by themselves (R36, D24). `nextAt` is when to look again; none = only an order changes it.
 */
export function advance(state: TenantState, now: string): { state: TenantState; nextAt: string | undefined } {
  let s = state;
  for (;;) {
    const next = step(s, now);
    if (next === s) return { state: s, nextAt: nextMoment(s) };
    s = next;
  }
}

function step(s: TenantState, now: string): TenantState {
  if (s.phase === "scanning" && s.scanCompletedAt) return { ...s, phase: "baselining" };
  if (s.phase === "baselining" && (s.baselineFilled || (s.baselineEndsAt && now >= s.baselineEndsAt)))
    return {
      ...s,
      phase: "trial",
      baselineEndsAt: s.baselineFilled ? earlier(s.baselineEndsAt, now) : s.baselineEndsAt,
    };
  if (s.phase === "trial" && s.trialEndsAt && now >= s.trialEndsAt)
    return s.isScanOnly ? { ...s, phase: "paused", pausedAt: now } : { ...s, phase: "active" };
  return s;
}

const earlier = (a: string | null, b: string): string => (a && a < b ? a : b);

function nextMoment(s: TenantState): string | undefined {
  if (s.phase === "baselining") return s.baselineEndsAt ?? undefined;
  return s.phase === "trial" ? (s.trialEndsAt ?? undefined) : undefined;
}

export const SCAN_ONLY_PAUSE_REASON = "The 14 days of a scan-only tenant are over.";

export type TenantDecision = { ok: true; state: TenantState } | { ok: false; reason: string; lasting: boolean };

/** A person's order about a tenant. Pausing stops collection and detection only; open incidents stay remediable (D5). */
export function decideTenant(state: TenantState, input: CommandInput, now: string): TenantDecision {
  const refuse = (reason: string, lasting = true): TenantDecision => ({ ok: false, reason, lasting });
  if (state.phase === "removed") return refuse("The tenant was removed.");
  switch (input.kind) {
    case "pause":
      if (state.phase === "paused") return refuse("The tenant is already paused.");
      if (state.phase === "consent") return refuse("The tenant is not connected yet.");
      return { ok: true, state: { ...state, phase: "paused", pausedAt: now } };
    case "resume":
      if (state.phase !== "paused") return refuse("The tenant is not paused.");
      return { ok: true, state: resume(state, now) };
    case "set-response":
      if (state.responseEnabled === input.enabled)
        return refuse(input.enabled ? "Petra Response is already on." : "Petra Response is already off.");
      return { ok: true, state: { ...state, responseEnabled: input.enabled } };
    case "act-on-open-incidents":
      return state.responseEnabled
        ? { ok: true, state }
        : refuse("Petra Response is off; switch it on before it may act on open incidents.", false);
    case "remove":
      return { ok: true, state: { ...state, phase: "removed" } };
    default:
      return refuse("This order is for an incident, not for a tenant.");
  }
}

/** Back from a pause: to the scan when that never ended, into what is left of the trial, else active (R36, R46). */
function resume(state: TenantState, now: string): TenantState {
  const s = { ...state, pausedAt: null };
  if (!s.scanCompletedAt) return { ...s, phase: "scanning" };
  if (s.trialEndsAt && now < s.trialEndsAt) return advance({ ...s, phase: "baselining" }, now).state;
  return { ...s, phase: "active" };
}

/** Is this tenant's log read and judged now? */
export function isCollecting(phase: TenantPhase): boolean {
  return phase === "scanning" || phase === "baselining" || phase === "trial" || phase === "active";
}
