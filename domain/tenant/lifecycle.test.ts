import { describe, expect, it } from "vitest";
import { advance, afterConsent, afterScan, decideTenant, isCollecting, type TenantState } from "./lifecycle.ts";

const day = (n: number) => new Date(Date.UTC(2026, 10, 1 + n)).toISOString();
const fresh: TenantState = {
  phase: "consent",
  product: "monitoring",
  isScanOnly: false,
  responseEnabled: false,
  onboardedAt: null,
  scanCompletedAt: null,
  baselineFilled: false,
  baselineEndsAt: null,
  trialEndsAt: null,
  pausedAt: null,
};
const scanned = (over: Partial<TenantState> = {}) => afterScan(afterConsent({ ...fresh, ...over }, day(0)), day(1));

describe("the phases of a tenant", () => {
  it("begin with the scan once access is verified [R1]", () => {
    expect(afterConsent(fresh, day(0)).phase).toBe("scanning");
  });
  it("baselining ends when the scan has filled it, at the latest after three days [R29]", () => {
    expect(scanned({ baselineFilled: true }).phase).toBe("trial");
    const waiting = scanned();
    expect(waiting.phase).toBe("baselining");
    expect(advance(waiting, day(2)).state.phase).toBe("baselining");
    expect(advance(waiting, day(2)).nextAt).toBe(day(3));
    expect(advance(waiting, day(3)).state.phase).toBe("trial");
  });
  it("the 14 included days run from the end of the scan, once [R28]", () => {
    const s = scanned();
    expect(s.trialEndsAt).toBe(day(15));
    expect(afterScan(s, day(9)).trialEndsAt).toBe(day(15));
    expect(advance(s, day(14)).state.phase).toBe("trial");
    expect(advance(s, day(15)).state.phase).toBe("active");
  });
  it("scan-only pauses after 14 days, others become active [R36]", () => {
    expect(advance(scanned({ isScanOnly: true }), day(15)).state).toMatchObject({ phase: "paused", pausedAt: day(15) });
    expect(advance(scanned({ isScanOnly: true }), day(15)).nextAt).toBeUndefined();
  });
  it("a slow look at the clock passes through every phase that is due", () => {
    expect(advance(scanned(), day(40)).state.phase).toBe("active");
  });
});

describe("orders about a tenant", () => {
  it("pause stops collection and resume brings back what is left of the trial [R46]", () => {
    const paused = decideTenant(scanned({ baselineFilled: true }), { kind: "pause" }, day(5));
    if (!paused.ok) throw new Error(paused.reason);
    expect(isCollecting(paused.state.phase)).toBe(false);
    const resumed = decideTenant(paused.state, { kind: "resume" }, day(6));
    expect(resumed).toMatchObject({ ok: true, state: { phase: "trial", trialEndsAt: day(15) } });
    expect(decideTenant(paused.state, { kind: "resume" }, day(30))).toMatchObject({ state: { phase: "active" } });
  });
  it("say no when there is nothing to change", () => {
    expect(decideTenant(scanned(), { kind: "resume" }, day(2))).toMatchObject({ ok: false, lasting: true });
    expect(decideTenant(scanned(), { kind: "set-response", enabled: false }, day(2))).toMatchObject({ ok: false });
    expect(decideTenant({ ...scanned(), phase: "removed" }, { kind: "pause" }, day(2))).toMatchObject({ ok: false });
  });
  it("acting on open incidents needs Response on", () => {
    expect(decideTenant(scanned(), { kind: "act-on-open-incidents" }, day(2))).toMatchObject({ lasting: false });
    const on = decideTenant(scanned(), { kind: "set-response", enabled: true }, day(2));
    expect(on.ok && decideTenant(on.state, { kind: "act-on-open-incidents" }, day(2)).ok).toBe(true);
  });
});
