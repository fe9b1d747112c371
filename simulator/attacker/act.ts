import { HOUR, MINUTE } from "../clock.ts";
import { blockedByPolicy } from "../cloud/graph/conditional-access.ts";
import { createRng } from "../random.ts";
import { newTokenId } from "../records/sign-in.ts";
import { makeRule, tokenUse } from "../scenarios/moves.ts";
import { addressIn } from "../scenarios/networks.ts";
import { type Session, Stage } from "../scenarios/stage.ts";
import { APP } from "../state/identifiers.ts";
import type { AttackerSession, AttackerState, AttackerTry, SimUser, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

export const ATTACKER_TRICKS = [
  "read-mail",
  "refresh-token",
  "add-rule",
  "send-mail",
  "password-sign-in",
  "use-app",
  "forwarding",
] as const;
type Trick = (typeof ATTACKER_TRICKS)[number];

export const isTrick = (text: string): text is Trick => (ATTACKER_TRICKS as readonly string[]).includes(text);

/** A continuous-access-evaluation client learns of a revoke or disable at the latest this much later. */
const CAE_DELAY = 15 * MINUTE;

/**
 * Lets the attacker try to go on with every account he attacked; each try and its outcome is kept, and he notices when
 * nothing works any more with one of them.
 */
export function attackerActs(world: World, tenant: Tenant, tricks: readonly Trick[]): AttackerTry[] {
  const tries = attackersOf(tenant).flatMap((attacker) => actsOn(world, tenant, attacker, tricks));
  world.touched();
  return tries;
}

/** What he holds of each account, the first victim's first. */
export const attackersOf = ({ attacker, alsoAttacked }: Tenant): AttackerState[] =>
  [attacker, ...alsoAttacked.map((one) => one.attacker)].filter((one) => one !== null);

function actsOn(world: World, tenant: Tenant, attacker: AttackerState, tricks: readonly Trick[]): AttackerTry[] {
  const victim = tenant.users.find((u) => u.id === attacker.victimId);
  if (!victim) return [];
  const whose = attacker === tenant.attacker ? "" : `/${victim.id}`;
  const stage = new Stage(world, tenant, createRng(`${tenant.seed}/attacker${whose}/${attacker.tries.length}`), true);
  const tries: AttackerTry[] = [];
  for (const what of tricks) {
    const outcome = attempt(stage, attacker, victim, what);
    if (outcome.succeeded) attacker.lockedOutSince = null;
    else if (!tries.some((t) => t.succeeded) && attacker.lockedOutSince === null)
      attacker.lockedOutSince = world.clock.now();
    const entry = {
      at: world.clock.iso(),
      victimId: victim.id,
      what,
      ...outcome,
      noticedLockout: attacker.lockedOutSince !== null,
    };
    tries.push(entry);
    attacker.tries.push(entry);
  }
  return tries;
}

interface Outcome {
  succeeded: boolean;
  result: string;
}

const ok = (result: string): Outcome => ({ succeeded: true, result });
const refused = (result: string): Outcome => ({ succeeded: false, result });

function attempt(stage: Stage, attacker: AttackerState, victim: SimUser, what: Trick): Outcome {
  switch (what) {
    case "refresh-token":
      return refresh(stage, attacker, victim);
    case "password-sign-in":
      return passwordSignIn(stage, attacker, victim);
    case "use-app":
      return useApp(stage, attacker, victim);
    case "forwarding":
      return forwarding(stage.tenant, victim);
    case "read-mail":
    case "add-rule":
    case "send-mail": {
      const session = attacker.sessions.find((s) => tokenWorks(victim, s, stage.world.clock.now()));
      if (!session) return refused("no access token works");
      return withToken(stage, attacker, victim, session, what);
    }
  }
}

/** Access tokens live out their time; evaluation-aware clients lose them a little after the account was cut off. */
function tokenWorks(victim: SimUser, session: AttackerSession, now: number): boolean {
  const { accessToken } = session;
  if (now >= accessToken.expiresAt) return false;
  const cut = victim.tokensCutAt >= accessToken.issuedAt;
  return !(session.cae && cut && now >= victim.tokensCutAt + CAE_DELAY);
}

function sessionOf(stage: Stage, attacker: AttackerState, id: string): Session {
  const agent = { userAgent: attacker.userAgent, os: "Windows10", browser: "Chrome" };
  return {
    id,
    uniqueTokenId: newTokenId(stage.rng),
    from: { ...addressIn(attacker.network, stage.rng), ip: attacker.ip },
    agent,
    device: null,
    client: `Client=OWA;${agent.userAgent};`,
    app: APP.outlookWeb,
  };
}

function whyRefused(tenant: Tenant, victim: SimUser): { code: number; text: string } | null {
  if (!victim.accountEnabled) return { code: 50057, text: "AADSTS50057: the account is disabled" };
  if (blockedByPolicy(tenant, victim.id)) return { code: 53003, text: "AADSTS53003: blocked by conditional access" };
  return null;
}

function refresh(stage: Stage, attacker: AttackerState, victim: SimUser): Outcome {
  const now = stage.world.clock.now();
  const blocked = whyRefused(stage.tenant, victim);
  for (const session of attacker.sessions) {
    const seen = sessionOf(stage, attacker, session.id);
    if (blocked) {
      tokenUse(stage, now, victim, seen, { errorCode: blocked.code });
      return refused(blocked.text);
    }
    const alive =
      session.issuedAt >= victim.sessionsValidFrom && session.passwordGeneration === victim.passwordGeneration;
    if (!alive) {
      tokenUse(stage, now, victim, seen, { errorCode: 50173 });
      continue;
    }
    session.accessToken = { issuedAt: now, expiresAt: now + HOUR };
    tokenUse(stage, now, victim, seen);
    return ok("a new access token was issued");
  }
  return refused("AADSTS50173: no refresh token is valid any more");
}

function passwordSignIn(stage: Stage, attacker: AttackerState, victim: SimUser): Outcome {
  const now = stage.world.clock.now();
  const session = sessionOf(stage, attacker, stage.rng.uuid());
  const fail = (code: number, text: string): Outcome => {
    stage.signIn(now, victim, session, { errorCode: code, mfa: "none" });
    return refused(text);
  };
  if (attacker.knowsPasswordGeneration !== victim.passwordGeneration) return fail(50126, "AADSTS50126: wrong password");
  const blocked = whyRefused(stage.tenant, victim);
  if (blocked) return fail(blocked.code, blocked.text);
  if (!attacker.passesMfa) return fail(50074, "AADSTS50074: a second factor is asked for");
  stage.signIn(now, victim, session, { mfa: "none" });
  attacker.sessions.push({
    id: session.id,
    userId: victim.id,
    issuedAt: now,
    passwordGeneration: victim.passwordGeneration,
    cae: false,
    accessToken: { issuedAt: now, expiresAt: now + HOUR },
  });
  return ok("signed in with the password");
}

/** A consented application reads on as long as its grant and its service principal live. */
function useApp(stage: Stage, attacker: AttackerState, victim: SimUser): Outcome {
  const { tenant } = stage;
  const sp = tenant.servicePrincipals.find((s) => s.id === attacker.appSpId);
  if (!sp) return refused("he has no application here");
  if (!sp.accountEnabled) return refused("AADSTS7000112: the application is disabled");
  const grant = tenant.grants.find(
    (g) => g.clientId === sp.id && (g.consentType === "AllPrincipals" || g.principalId === victim.id),
  );
  if (!grant) return refused("AADSTS65001: nobody has consented to the application");
  const blocked = whyRefused(tenant, victim);
  if (blocked) return refused(blocked.text);
  const session = {
    ...sessionOf(stage, attacker, stage.rng.uuid()),
    app: { id: sp.appId, name: sp.displayName },
    client: "Client=REST;Client=RESTSystem;;",
  };
  stage.readMail(stage.world.clock.now(), victim, session, stage.rng.sample(victim.mailbox?.messages ?? [], 2));
  return ok("the application read mail");
}

/** Mail that still leaves by itself: forwarding, a rule that is enabled, a connector that is open. */
function forwarding(tenant: Tenant, victim: SimUser): Outcome {
  const ways: string[] = [];
  const outside = (address: string): boolean => !address.toLowerCase().endsWith(`@${tenant.domain}`);
  const mailbox = victim.mailbox;
  if (mailbox?.forwardingSmtpAddress && outside(mailbox.forwardingSmtpAddress)) ways.push("mailbox forwarding");
  for (const rule of mailbox?.rules ?? []) {
    const targets = [rule.actions.forwardTo, rule.actions.redirectTo].flat().filter(Boolean) as {
      emailAddress?: { address?: string };
    }[];
    if (rule.enabled && targets.some((t) => outside(t.emailAddress?.address ?? "")))
      ways.push(`inbox rule '${rule.name}'`);
  }
  const planted = tenant.attack.connectorIdentity;
  if (tenant.connectors.some((c) => c.identity === planted && c.enabled)) ways.push("inbound connector");
  return ways.length > 0 ? ok(ways.join(", ")) : refused("nothing leaves or enters any more");
}

function withToken(
  stage: Stage,
  attacker: AttackerState,
  victim: SimUser,
  session: AttackerSession,
  what: Trick,
): Outcome {
  const now = stage.world.clock.now();
  const seen = sessionOf(stage, attacker, session.id);
  if (victim.mailbox?.protocols.OWAEnabled === false) return refused("Outlook on the web is switched off");
  if (what === "read-mail") {
    stage.readMail(now, victim, seen, stage.rng.sample(victim.mailbox?.messages ?? [], 3));
    return ok("read mail");
  }
  if (what === "add-rule") {
    const { rule } = makeRule(stage, now, victim, seen, {
      name: "..",
      moveTo: "RSS Feeds",
      words: ["security", "password"],
      markAsRead: true,
    });
    return ok(`made inbox rule ${rule.id}`);
  }
  const colleague = stage.rng.pick(stage.tenant.users.filter((u) => u.id !== victim.id && u.mailbox));
  stage.sendMail(now, victim, seen, {
    subject: "Shared file",
    body: "https://files.example/s",
    to: [{ name: colleague.displayName, address: colleague.mail ?? colleague.upn }],
  });
  return ok(`sent a phish to ${colleague.upn}`);
}
