import type { Actor } from "#domain/access/actor.ts";
import type { Viewer } from "#domain/access/may.ts";

/** A client's guest learns that his MSP or an analyst acted, not who: names and ids of members stay inside (S5). */
export function actorFor(viewer: Viewer, actor: Actor): Actor {
  if (viewer.role !== "external-guest") return actor;
  if (actor.kind === "analyst") return { kind: "analyst", memberId: "", name: "An analyst" };
  if (actor.kind !== "member" || actor.memberId === viewer.memberId) return actor;
  return { ...actor, memberId: "", name: "Your IT provider", role: "full-member" };
}
