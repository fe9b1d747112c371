import type { Actor } from "#domain/access/actor.ts";

/** Something that waits for a second person. */
export type SecondWordView = {
  id: string;
  what: string;
  reason: string;
  tenantId: string | null;
  incidentId: string | null;
  by: Actor;
  askedAt: string;
  expiresAt: string;
  isMine: boolean;
  mayAnswer: boolean;
};
