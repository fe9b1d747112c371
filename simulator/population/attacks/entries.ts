import { DAY, HOUR, MINUTE } from "../../clock.ts";
import type { Json } from "../../state/types.ts";
import { GUESSING_AGENTS } from "../agents.ts";
import { CLIENT, TARGET } from "../apps.ts";
import { computer } from "../own-sessions.ts";
import type { Session } from "../pen.ts";
import { dayOf, employees, type Staff } from "../staff.ts";
import { risk } from "../wording.ts";
import type { Intruder } from "./intruder.ts";

/** Identity Protection of a P2 tenant sees some of it, seldom when the attacker looks like the owner. */
function maybeRisk(i: Intruder): Json {
  const seen = i.rng.chance(i.style.careful ? 0.12 : 0.45);
  const event =
    i.style.infrastructure === "tor" || i.style.infrastructure === "vpn" ? "anonymizedIPAddress" : "unfamiliarFeatures";
  return seen ? risk(i.company, i.rng.pick(["low", "medium", "high"]), event) : {};
}

const HOME = { app: CLIENT.officeHome, resource: { appId: CLIENT.officeHome.id, name: "OfficeHome" } };

/** A phishing page between the victim and Microsoft signs in for him; the cookie is then used by hand. */
export function aitm(i: Intruder, victim: Staff = i.victim): Session {
  const { rng, pen } = i;
  const { user } = victim;
  const from = i.address(
    i.style.careful ? "residential" : rng.pick(["hosting", "hosting", "obscure", i.style.infrastructure]),
  );
  const kit = pen.session(from, i.style.kit, CLIENT.officeHome);
  const correlationId = rng.uuid();
  i.variation.kit = i.style.kit.kit;
  if (rng.chance(0.15)) pen.signIn(i.at - 19_000, user, kit, { ...HOME, correlationId, errorCode: 50126, mfa: "none" });
  if (victim.mfa) {
    if (rng.chance(0.8))
      pen.signIn(i.at, user, kit, {
        ...HOME,
        correlationId,
        errorCode: rng.pick([50074, 50076]),
        mfa: "none",
        requestType: "Login:login",
      });
    i.at += rng.int(12_000, 45_000);
    if (rng.chance(0.6)) pen.signIn(i.at, user, kit, { ...HOME, correlationId, errorCode: 50140, mfa: "completed" });
    i.at += rng.int(2_000, 8_000);
  }
  pen.signIn(i.at, user, kit, {
    ...HOME,
    correlationId,
    mfa: victim.mfa ? "completed" : "none",
    requestType: "Kmsi:kmsi",
    graph: maybeRisk(i),
  });
  if (victim === i.victim) i.taken();
  return handOver(i, victim, kit);
}

/** The stolen cookie in the attacker's own browser, often from another place than the kit's. */
function handOver(i: Intruder, victim: Staff, kit: Session): Session {
  const elsewhere = i.rng.chance(0.7);
  i.variation.movesAfterTheft = elsewhere;
  const own = i.browser(elsewhere ? i.address() : kit.from);
  const hands = { ...own, id: kit.id };
  i.wait(1, 12);
  tokenUse(i, victim, hands);
  return hands;
}

/** A refresh or a silent sign-in on the session in hand. */
export function tokenUse(i: Intruder, victim: Staff, hands: Session, options: Json = {}): void {
  i.pen.signIn(i.at, victim.user, hands, {
    interactive: false,
    mfa: victim.mfa ? "claim" : "none",
    app: i.rng.pick([CLIENT.outlookWeb, CLIENT.officeHome, CLIENT.office]),
    clientAppUsed: "Browser",
    ...options,
  });
}

/** The cookie or refresh token of the owner's living session, taken by malware, used from elsewhere. */
export function replay(i: Intruder): Session {
  const day = dayOf(i.company, i.at);
  const owners = computer(i.company, i.victim, day, i.rng);
  const hands: Session = { ...i.browser(), id: owners.id };
  if (i.rng.chance(0.5)) {
    hands.agent = owners.agent;
    hands.client = owners.client;
  }
  i.variation.copiesAgent = hands.agent === owners.agent;
  i.pen.signIn(i.at, i.victim.user, hands, {
    interactive: false,
    mfa: i.victim.mfa ? "claim" : "none",
    app: CLIENT.officeHome,
    clientAppUsed: "Browser",
    resource: TARGET.graph,
    graph: maybeRisk(i),
  });
  i.taken();
  i.wait(1, 6);
  tokenUse(i, i.victim, hands);
  return hands;
}

/** The victim types a code into Microsoft's own page; the tokens go to the attacker. */
export function deviceCode(i: Intruder): Session {
  const { rng, pen } = i;
  const { user } = i.victim;
  const app = rng.pick([CLIENT.broker, CLIENT.office, CLIENT.azureCli]);
  i.variation.client = app.name;
  const typed = computer(i.company, i.victim, dayOf(i.company, i.at), rng);
  const protocol = { authenticationProtocol: "deviceCode", originalTransferMethod: "deviceCodeFlow" };
  i.deceived.signIn(i.at, user, typed, {
    app,
    resource: TARGET.graph,
    mfa: i.victim.mfa ? "completed" : "none",
    requestType: "Cmsi:Cmsi",
    graph: protocol,
  });
  i.at += rng.int(3_000, 9_000);
  const hands = {
    ...pen.session(
      i.address(),
      { userAgent: rng.pick(["python-requests/2.32.3", "node", i.browser().agent.userAgent]), os: "", browser: "" },
      app,
    ),
    client: "Client=REST;Client=RESTSystem;;",
  };
  pen.signIn(i.at, user, hands, {
    interactive: false,
    app,
    resource: app === CLIENT.broker ? TARGET.devices : TARGET.graph,
    mfa: i.victim.mfa ? "claim" : "none",
    requestType: "OAuth2:Token",
    graph: { ...protocol, ...maybeRisk(i) },
  });
  i.taken();
  return hands;
}

/** Guesses one password after the other on one account or many; the caller says who and how thinly. */
export function guess(i: Intruder, targets: Staff[], spread: number, rounds: number): void {
  const { rng, pen } = i;
  const agent = rng.pick(GUESSING_AGENTS);
  const sources = Array.from({ length: i.style.roams ? 40 : rng.int(2, 8) }, () =>
    i.address(rng.pick(["hosting", "residential", "obscure", i.style.infrastructure])),
  );
  const start = i.at;
  const total = targets.length * rounds;
  const app = rng.pick([CLIENT.azureCli, CLIENT.office, CLIENT.exchange]);
  i.variation.guessingAgent = agent.userAgent.slice(0, 24);
  i.variation.sources = sources.length;
  for (let n = 0; n < total; n++) {
    const target = targets[n % targets.length];
    if (!target) break;
    const at = start + Math.floor((spread * n) / total) + rng.int(0, Math.min(60_000, Math.floor(spread / total)));
    const locked = n > targets.length * 2 && rng.chance(0.1);
    pen.signIn(at, target.user, pen.session(rng.pick(sources), agent, app), {
      errorCode: locked ? 50053 : 50126,
      mfa: "none",
      requestType: "OAuth2:Token",
      clientAppUsed: "Mobile Apps and Desktop clients",
    });
  }
  i.at = start + spread + rng.int(1, 40) * MINUTE;
}

/** The right password on an account without a second factor. */
export function passwordOnly(i: Intruder, from = i.address()): Session {
  i.victim.mfa = false;
  const agent = i.rng.chance(0.4) ? i.rng.pick(GUESSING_AGENTS) : i.browser().agent;
  i.pen.signIn(i.at, i.victim.user, i.pen.session(from, agent, CLIENT.office), {
    mfa: "none",
    requestType: "OAuth2:Token",
    app: i.rng.pick([CLIENT.azureCli, CLIENT.office, CLIENT.officeHome]),
    graph: maybeRisk(i),
  });
  i.taken();
  i.wait(2, 30);
  const hands = i.browser(i.rng.chance(0.4) ? from : i.address());
  i.pen.signIn(i.at, i.victim.user, hands, { mfa: "none", app: CLIENT.outlookWeb, requestType: "Login:login" });
  return hands;
}

export function spray(i: Intruder): Session {
  const others = i.rng.sample(employees(i.company), i.rng.int(8, 60)).filter((s) => s !== i.victim);
  const targets = [...others, i.victim];
  const spread = i.rng.pick([40 * MINUTE, 3 * HOUR, DAY, 3 * DAY, 6 * DAY]);
  i.variation.spreadHours = Math.round(spread / HOUR);
  i.variation.targets = targets.length;
  guess(i, targets, spread, i.rng.int(1, 3));
  return passwordOnly(i);
}

/** One try, one hit: the password was bought. */
export function stuffing(i: Intruder): Session {
  if (i.rng.chance(0.4)) guess(i, [i.victim], 2 * MINUTE, 1);
  return passwordOnly(i);
}

/** Prompt after prompt until the owner gives in. */
export function fatigue(i: Intruder): Session {
  const { rng, pen } = i;
  i.victim.mfa = true;
  const hands = i.browser();
  const correlationId = rng.uuid();
  const prompts = rng.int(4, 25);
  i.variation.prompts = prompts;
  for (let n = 0; n < prompts; n++) {
    const report = n === prompts - 2 && rng.chance(0.2);
    pen.signIn(i.at, i.victim.user, hands, {
      ...HOME,
      correlationId,
      errorCode: 500121,
      mfa: "none",
      requestType: "SAS:EndAuth",
      graph: {
        status: {
          errorCode: 500121,
          failureReason: "Authentication failed during strong authentication request.",
          additionalDetails: report
            ? "MFA denied; user declined the authentication"
            : rng.pick([
                "MFA denied; user did not respond to mobile app notification",
                "MFA denied; user declined the authentication",
              ]),
        },
      },
    });
    i.at += rng.int(35_000, rng.chance(0.15) ? 40 * MINUTE : 120_000);
  }
  pen.signIn(i.at, i.victim.user, hands, {
    ...HOME,
    correlationId,
    mfa: "completed",
    requestType: "SAS:ProcessAuth",
    graph: maybeRisk(i),
  });
  i.taken();
  return hands;
}

/** A protocol that knows no second factor. */
export function legacy(i: Intruder): Session {
  const { rng, pen } = i;
  i.victim.mfa = rng.chance(0.3);
  const protocol = rng.pick(["IMAP4", "POP3", "Authenticated SMTP", "Exchange ActiveSync"]);
  i.variation.protocol = protocol;
  const session = {
    ...pen.session(
      i.address(),
      { userAgent: rng.pick(["BAV2ROPC", "", "CBAInPROD"]), os: "", browser: "" },
      CLIENT.exchange,
    ),
    client: `Client=${protocol === "POP3" ? "POP3/IMAP4;Protocol=POP3" : protocol === "Exchange ActiveSync" ? "ActiveSync;Android-Mail/2024.1" : "POP3/IMAP4;Protocol=IMAP4"}`,
  };
  const options = { clientAppUsed: protocol, mfa: "none" as const, requestType: "OAuth2:Token" };
  for (let n = rng.int(0, 6); n > 0; n--)
    pen.signIn(i.at - n * rng.int(20_000, 600_000), i.victim.user, session, { ...options, errorCode: 50126 });
  pen.signIn(i.at, i.victim.user, session, { ...options, graph: maybeRisk(i) });
  i.taken();
  return session;
}
