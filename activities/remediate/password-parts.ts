import { putWatch, replaceSealedSecret } from "#db/repos/remediate.ts";
import { generatePassword } from "#domain/remediation/password.ts";
import { type Case, inCase, nowOf, type RemediateDeps } from "./case.ts";
import { later } from "./lock.ts";

export const SHOWN_FOR_SECONDS = 30 * 60;
export const READ_BACK_EVERY_SECONDS = 10;
export const LOOK_EVERY_SECONDS = 300;
export const LOOKS_FOR_IT =
  "Petra looks every five minutes whether it changed; where it cannot see that, a named person confirms it with a reason.";

/** Generates, seals for the person who ordered it, and only then hands it on to be sent. It is written nowhere else (S40). */
export async function makeSealed(
  deps: RemediateDeps,
  c: Case,
  forMemberId: string,
  shownForSeconds = SHOWN_FOR_SECONDS,
): Promise<string> {
  const password = generatePassword(deps.randomBytes);
  const now = nowOf(deps);
  await inCase(deps, c, (tx) =>
    replaceSealedSecret(tx, {
      ...c.at,
      forMemberId,
      sealed: deps.seal(c.at.incidentId, password),
      createdAt: now,
      expiresAt: later(now, shownForSeconds),
    }),
  );
  return password;
}

/** Has the password looked at again every so often. */
export const watchPassword = (
  deps: RemediateDeps,
  c: Case,
  everySeconds: number,
  forSeconds: number,
): Promise<void> => {
  const now = nowOf(deps);
  return inCase(deps, c, (tx) =>
    putWatch(tx, {
      ...c.at,
      kind: "password",
      target: { objectId: c.objectId },
      dueAt: later(now, everySeconds),
      until: later(now, forSeconds),
      everySeconds,
      state: "watching",
    }),
  );
};
