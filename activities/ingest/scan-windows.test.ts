import { describe, expect, it } from "vitest";
import type { Capability } from "#domain/tenant/phases.ts";
import { planWindows } from "./scan-windows.ts";

const to = "2026-11-20T00:00:00.000Z";
const from = new Date(Date.parse(to) - 180 * 86_400_000).toISOString();
const p1 = (ok: boolean): Capability => ({ id: "p1", ok, reason: "The tenant has no Entra ID P1." });
const auditLog: Capability = { id: "audit-log", ok: true, reason: "on" };

describe("the windows of a scan", () => {
  it("reach back six months without a gap [R20]", () => {
    const { cells } = planWindows(from, to, [p1(true), auditLog]);
    const search = cells.filter((c) => c.source === "audit-search");
    expect(search.every((c) => c.state === "waiting")).toBe(true);
    expect(search[0]?.end).toBe(to);
    expect(search.at(-1)?.start).toBe(from);
    for (const [i, c] of search.entries()) if (i > 0) expect(c.end).toBe(search[i - 1]?.start);
  });
  it("say what Microsoft does not keep", () => {
    const { cells, blindSpots } = planWindows(from, to, [p1(true), auditLog]);
    const signIns = cells.filter((c) => c.source === "sign-ins");
    expect(signIns.filter((c) => c.state === "waiting")).toHaveLength(5);
    expect(blindSpots.some((b) => b.includes("2026-10-21"))).toBe(true);
  });
  it("see only what was recorded: an audit log switched on lately covers the time since [R25]", () => {
    const young: Capability = { ...auditLog, since: "2026-11-10T00:00:00.000Z" };
    const { cells, blindSpots } = planWindows(from, to, [p1(true), young]);
    expect(cells.filter((c) => c.source === "audit-search" && c.state === "waiting")).toHaveLength(2);
    expect(blindSpots.join(" ")).toContain("2026-11-10");
  });
  it("name the licence that is missing", () => {
    const { cells, blindSpots } = planWindows(from, to, [p1(false), auditLog]);
    expect(cells.filter((c) => c.source === "sign-ins").every((c) => c.state === "not-recorded")).toBe(true);
    expect(blindSpots.join(" ")).toContain("no Entra ID P1");
  });
});
