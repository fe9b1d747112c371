import { CLIENT, LOOK_ALIKES, ROGUE_APPS, TARGET, type ThirdParty } from "../apps.ts";
import { consent } from "../consent.ts";
import { computer } from "../own-sessions.ts";
import type { Session } from "../pen.ts";
import { dayOf, employees } from "../staff.ts";
import { aitm, replay, stuffing } from "./entries.ts";
import type { Intruder } from "./intruder.ts";
import { entraChange } from "./steps.ts";
import { taken } from "./taken.ts";

/** The application of the attacker reads with the victim's grant, from its own server. */
function appAccess(i: Intruder, app: ThirdParty, visits: number, victim = i.victim): void {
  const { rng, pen } = i;
  const server = i.address(rng.pick(["hosting", "hosting", "obscure"]));
  const session: Session = {
    ...pen.session(
      server,
      { userAgent: rng.pick(["python-requests/2.32.3", "GuzzleHttp/7", "node", ""]), os: "", browser: "" },
      { id: app.appId, name: app.name },
    ),
    client: "Client=REST;Client=RESTSystem;;",
  };
  for (let n = 0; n < visits; n++) {
    pen.signIn(i.at, victim.user, session, {
      interactive: false,
      mfa: victim.mfa ? "claim" : "none",
      resource: TARGET.graph,
      requestType: "OAuth2:Token",
    });
    for (let k = rng.int(1, 3); k > 0; k--) pen.readMail(i.at + k * 6_000, victim.user, session, rng.int(5, 40));
    i.wait(8, 45);
  }
}

const rogue = (i: Intruder, name?: string): ThirdParty => {
  const drawn = i.rng.pick(ROGUE_APPS);
  return {
    ...drawn,
    name: name ?? drawn.name,
    appId: i.rng.uuid(),
    ownerTenant: i.rng.uuid(),
    servicePrincipalId: i.rng.uuid(),
  };
};

/** The victim agrees to an application; nobody ever signs in with a password. */
export function illicitConsent(i: Intruder): void {
  const app = rogue(i);
  i.variation.app = app.name;
  const own = computer(i.company, i.victim, dayOf(i.company, i.at), i.rng);
  i.deceived.signIn(i.at - 20_000, i.victim.user, own, {
    app: { id: app.appId, name: app.name },
    resource: TARGET.graph,
    errorCode: 65001,
    mfa: "claim",
  });
  consent(i.pen, i.at, i.victim, own, app);
  i.taken();
  i.wait(2, 15);
  appAccess(i, app, i.rng.int(3, 8));
  i.goal("mailbox read by the application");
}

/** A look-alike application and a series of people who agree to it. */
export function lookAlikeSeries(i: Intruder): void {
  const { rng, company } = i;
  const app = rogue(i, rng.pick(LOOK_ALIKES));
  i.variation.app = app.name;
  const others = rng.sample(
    employees(company).filter((s) => s !== i.victim && s.kind === "employee" && !taken.get(company)?.has(s)),
    company.staff.length > 25 ? rng.int(1, 3) : 1,
  );
  for (const [n, victim] of [i.victim, ...others].entries()) {
    const own = computer(company, victim, dayOf(company, i.at), rng);
    consent(i.pen, i.at, victim, own, app, { isNew: n === 0 });
    if (n === 0) i.taken();
    else i.victims.push(victim);
    i.wait(6, 40);
  }
  for (const victim of i.victims) appAccess(i, app, rng.int(1, 3), victim);
  i.goal("mailboxes read by the application");
}

/** With an account that owns an application: a secret of the attacker's, then sign-ins as the application. */
export function appCredential(i: Intruder): void {
  const { rng, pen, company } = i;
  const hands = { ...rng.pick([aitm, stuffing, replay])(i), app: CLIENT.portal };
  i.wait(2, 15);
  pen.signIn(i.at, i.victim.user, hands, {
    app: CLIENT.portal,
    resource: TARGET.arm,
    mfa: i.victim.mfa ? "claim" : "none",
  });
  const existing = rng.chance(0.6) ? company.application : null;
  const app = existing ?? {
    id: rng.uuid(),
    appId: rng.uuid(),
    name: rng.pick(["Reporting Export", "Archive Sync", "HR Connector"]),
  };
  i.wait(2, 10);
  if (!existing) {
    i.variation.newApplication = true;
    entraChange(
      i,
      hands,
      "Add application.",
      "ApplicationManagement",
      { id: app.id, type: "Application", name: app.name, names: app.appId },
      [
        ["AppId", "[]", JSON.stringify([app.appId])],
        ["DisplayName", "[]", JSON.stringify([app.name])],
      ],
    );
    i.wait(1, 4);
    if (i.victim.user.roles.length > 0)
      entraChange(
        i,
        hands,
        "Add app role assignment to service principal.",
        "ApplicationManagement",
        {
          id: rng.uuid(),
          type: "ServicePrincipal",
          name: "Microsoft Graph",
          names: "00000003-0000-0000-c000-000000000000",
        },
        [
          ["AppRole.Value", "", rng.pick(["Mail.Read", "Mail.ReadWrite", "Files.Read.All", "full_access_as_app"])],
          ["ServicePrincipal.ObjectID", "", app.id],
          ["ServicePrincipal.DisplayName", "", app.name],
        ],
      );
  }
  i.wait(1, 6);
  const key = `[KeyIdentifier=${rng.uuid()},KeyType=Password,KeyUsage=Verify,DisplayName=${rng.letters(3)}]`;
  entraChange(
    i,
    hands,
    "Update application – Certificates and secrets management ",
    "ApplicationManagement",
    { id: app.id, type: "Application", name: app.name, names: app.appId },
    [
      ["KeyDescription", "[]", JSON.stringify([key])],
      ["Included Updated Properties", "", "KeyDescription"],
    ],
  );
  i.wait(10, 60);
  const from = i.address("hosting");
  for (let n = rng.int(3, 8); n > 0; n--) {
    pen.appSignIn(i.at, app, from);
    for (let k = rng.int(1, 3); k > 0; k--)
      pen.appRead(i.at + k * 8_000, app, from, rng.pick(employees(company)).user, rng.int(5, 40));
    i.wait(5, 30);
  }
  i.goal("mail read as the application");
}
