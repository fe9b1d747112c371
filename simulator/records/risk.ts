import { HOUR } from "../clock.ts";
import type { Rng } from "../random.ts";
import type { Json, Tenant } from "../state/types.ts";

export interface Risk {
  level: "low" | "medium" | "high";
  event: "unfamiliarFeatures" | "anonymizedIPAddress" | "anomalousToken";
  /** An opinion formed offline is written into the record this much later; 0 = while signing in. */
  laterBy: number;
}

/** What Identity Protection can see of a sign-in; who sits before the screen it cannot. */
interface Sighting {
  usual: boolean;
  ownDevice: boolean;
  kind: "isp" | "mobile" | "hosting" | "vpn" | "microsoft";
  interactive: boolean;
}

/** How often Microsoft finds a sign-in risky: rarely the everyday one, sometimes the traveller, often the stranger. */
function chanceOf({ usual, ownDevice }: Sighting): number {
  if (usual) return 0.01;
  return ownDevice ? 0.2 : 0.55;
}

/** Microsoft's opinion of one sign-in: right more often than not, never certain, often late. */
export function microsoftsRisk(rng: Rng, sighting: Sighting): Risk | null {
  if (!rng.chance(chanceOf(sighting))) return null;
  const level = sighting.usual || sighting.ownDevice ? rng.pick(["low", "medium"]) : rng.pick(["medium", "high"]);
  const offline = rng.chance(sighting.interactive ? 0.3 : 0.7);
  return {
    level: level as Risk["level"],
    event:
      sighting.kind === "vpn" ? "anonymizedIPAddress" : sighting.interactive ? "unfamiliarFeatures" : "anomalousToken",
    laterBy: offline ? rng.int(2, 20) * HOUR : 0,
  };
}

/** The risk members of a Graph sign-in. A tenant without P2 is told that there is something it may not see. */
export function riskMembers(tenant: Pick<Tenant, "p2">, risk: Risk | null): Json {
  const level = risk?.level ?? (tenant.p2 ? "none" : "hidden");
  return {
    riskDetail: tenant.p2 ? "none" : "hidden",
    riskLevelAggregated: level,
    riskLevelDuringSignIn: risk?.laterBy ? "none" : level,
    riskState: risk ? "atRisk" : "none",
    riskEventTypes_v2: risk ? [risk.event] : [],
  };
}
