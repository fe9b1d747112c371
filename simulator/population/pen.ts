import { DAY, HOUR, MINUTE } from "../clock.ts";
import type { Rng } from "../random.ts";
import { type DirectoryChange, directoryChange } from "../records/directory.ts";
import * as exchange from "../records/exchange.ts";
import { type FileOperation, fileOperation, teamsOperation } from "../records/office.ts";
import { type Agent, graphSignIn, newTokenId, type SignInSpec, ualSignIn } from "../records/sign-in.ts";
import type { Address } from "../scenarios/networks.ts";
import type { Device, Json, SimUser } from "../state/types.ts";
import { CLIENT, TARGET } from "./apps.ts";
import type { Source } from "./contract.ts";
import type { Company } from "./staff.ts";
import { HIDDEN_RISK, MORE_FAILURES } from "./wording.ts";

export interface Row {
  at: number;
  availableAt: number;
  source: Source;
  record: Json;
}

/** A browser, mail client or telephone in use: where it is, what it is and under which Entra session. */
export interface Session {
  id: string;
  /** The access token last given; every sign-in gives a new one. */
  token: string;
  from: Address;
  agent: Agent;
  device: Device | null;
  /** ClientInfoString of the mailbox log. */
  client: string;
  app: { id: string; name: string };
}

export interface SignInOptions extends Partial<SignInSpec> {
  /** Members of the Graph record that this sign-in has otherwise. */
  graph?: Json;
  ual?: Json;
}

export type FileAct = FileOperation | "FileSyncDownloadedFull" | "AnonymousLinkCreated" | "CompanyLinkCreated";
const SHARING: ReadonlySet<string> = new Set(["AnonymousLinkCreated", "CompanyLinkCreated"]);

interface FileName {
  name: string;
  site: string;
  folder: string;
}

/** Eight hexadecimal digits that stay the same for a site. */
const siteNumber = (site: string): string => Buffer.from(site.padEnd(4, "-")).toString("hex").slice(0, 8);

/** Writes records as Microsoft would; the rows wait in `rows` with the time they become visible. */
export class Pen {
  readonly company: Company;
  readonly rng: Rng;
  rows: Row[] = [];

  constructor(company: Company, rng: Rng) {
    this.company = company;
    this.rng = rng;
  }

  take(): Row[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  ids(): string[] {
    return [...new Set(this.rows.map((row) => String(row.record.Id ?? row.record.id)))];
  }

  session(from: Address, agent: Agent, app: { id: string; name: string } = CLIENT.outlookWeb): Session {
    const id = this.rng.uuid();
    return {
      id,
      token: newTokenId(this.rng),
      from,
      agent,
      device: null,
      client: `Client=OWA;${agent.userAgent};`,
      app,
    };
  }

  /** One sign-in. With P1 or P2 Graph shows it too; refreshes of tokens often stay out of the audit log. */
  signIn(at: number, user: SimUser, session: Session, options: SignInOptions = {}): void {
    const { company, rng } = this;
    const { tenant, licence } = company;
    const { graph, ual, ...given } = options;
    session.token = newTokenId(rng);
    const spec: SignInSpec = {
      at,
      user,
      from: session.from,
      agent: session.agent,
      app: session.app,
      resource: TARGET.exchange,
      interactive: true,
      errorCode: 0,
      sessionId: session.id,
      device: session.device,
      mfa: "claim",
      uniqueTokenId: session.token,
      ...given,
    };
    const id = rng.uuid();
    const correlationId = given.correlationId ?? rng.uuid();
    const failure = MORE_FAILURES[spec.errorCode];
    if (spec.interactive || licence === "none" || rng.chance(0.5)) {
      const record = ualSignIn(tenant, id, correlationId, spec);
      this.ual(at, { ...record, ...(failure ? { LogonError: failure[1] } : {}), ...ual });
    }
    if (licence === "none") return;
    const record = graphSignIn(tenant, id, correlationId, spec);
    if (failure) (record.status as Json).failureReason = failure[0];
    if (licence === "P1") Object.assign(record, HIDDEN_RISK);
    this.add(at, this.signInDelay(spec.interactive), "signin", graph ? { ...record, ...graph } : record);
  }

  /** An application signs in as itself, by its secret; only Graph of a tenant with P1 shows it. */
  appSignIn(at: number, app: { id: string; appId: string; name: string }, from: Address): void {
    if (this.company.licence === "none") return;
    const nobody = { id: "", upn: "", displayName: "", userType: "Member" } as SimUser;
    const record = graphSignIn(this.company.tenant, this.rng.uuid(), this.rng.uuid(), {
      at,
      user: nobody,
      from,
      agent: { userAgent: "", os: "", browser: "" },
      app: { id: app.appId, name: app.name },
      resource: TARGET.graph,
      interactive: false,
      errorCode: 0,
      sessionId: "",
      mfa: "none",
      clientAppUsed: "",
      uniqueTokenId: newTokenId(this.rng),
    });
    this.add(at, this.signInDelay(false), "signin", {
      ...record,
      ...(this.company.licence === "P1" ? HIDDEN_RISK : {}),
      signInEventTypes: ["servicePrincipal"],
      servicePrincipalId: app.id,
      servicePrincipalName: app.name,
      servicePrincipalCredentialKeyId: app.id.replace(/^.{8}/, "0c5e11aa"),
      authenticationRequirement: "singleFactorAuthentication",
    });
  }

  /** An application reads somebody's mailbox with rights of its own. */
  appRead(
    at: number,
    app: { id: string; appId: string; name: string },
    from: Address,
    owner: SimUser,
    count: number,
  ): void {
    const agent = { userAgent: "", os: "", browser: "" };
    const session = {
      ...this.session(from, agent, { id: app.appId, name: app.name }),
      client: "Client=REST;Client=RESTSystem;;",
    };
    this.readMail(at, owner, session, count, {
      UserType: 5,
      UserId: `ServicePrincipal_${app.id}`,
      UserKey: app.appId,
      LogonType: 1,
    });
  }

  readMail(at: number, user: SimUser, session: Session, count: number, extra: Json = {}): void {
    const ids = Array.from({ length: count }, () => this.messageId());
    this.readMessages(at, user, session, ids, extra);
  }

  readMessages(at: number, user: SimUser, session: Session, ids: string[], extra: Json = {}): void {
    const folder = this.rng.pick(["\\Inbox", "\\Inbox", "\\Inbox", "\\Sent Items", "\\Archive"]);
    this.ual(at, {
      ...exchange.mailItemsAccessed(this.company.tenant, this.access(at, user, session), ids, "Bind", folder),
      ...extra,
    });
  }

  syncMail(at: number, user: SimUser, session: Session, folder = "\\Inbox", extra: Json = {}): void {
    this.ual(at, {
      ...exchange.mailItemsAccessed(this.company.tenant, this.access(at, user, session), [], "Sync", folder),
      ...extra,
    });
  }

  /** Returns the internet message id. */
  send(at: number, user: SimUser, session: Session, subject: string, extra: Json = {}): string {
    const internetMessageId = this.messageId();
    const record = exchange.send(this.company.tenant, this.access(at, user, session), { internetMessageId, subject });
    this.ual(at, { ...record, ...extra });
    return internetMessageId;
  }

  delete(
    at: number,
    user: SimUser,
    session: Session,
    operation: "MoveToDeletedItems" | "SoftDelete" | "HardDelete",
    messages: { internetMessageId: string; subject: string }[],
    folder = "\\Inbox",
  ): void {
    const affected = messages.map((m) => ({ ...m, id: `RgAAAA${this.rng.hex(20)}` }));
    this.ual(
      at,
      exchange.deleteItems(this.company.tenant, this.access(at, user, session), operation, affected, folder),
    );
  }

  file(at: number, user: SimUser, session: Session, operation: FileAct, file: FileName): void {
    const { tenant } = this.company;
    const known = operation === "FileSyncDownloadedFull" || SHARING.has(operation) ? "FileAccessed" : operation;
    const record = fileOperation(tenant, this.office(at, user, session), known as FileOperation, file);
    const sharing = SHARING.has(operation)
      ? {
          RecordType: 14,
          EventData: `<Type>${this.rng.pick(["View", "Edit"])}</Type><MembersCanShareApplied>False</MembersCanShareApplied>`,
          UniqueSharingId: this.rng.uuid(),
        }
      : {};
    this.ual(at, {
      ...record,
      Operation: operation,
      UserId: user.upn.toLowerCase(),
      CorrelationId: this.rng.uuid(),
      Site: tenant.id.replace(/^.{8}/, siteNumber(file.site)),
      WebId: tenant.id.replace(/.{8}$/, siteNumber(file.site)),
      ...sharing,
    });
  }

  teams(at: number, user: SimUser, session: Session, operation: "TeamsSessionStarted" | "MessageSent"): void {
    this.ual(at, teamsOperation(this.company.tenant, this.office(at, user, session), operation));
  }

  cmdlet(
    at: number,
    user: SimUser,
    session: Session,
    name: string,
    parameters: Record<string, string>,
    objectId: string,
  ): void {
    const ip = session.from.ip.includes(":") ? `[${session.from.ip}]` : session.from.ip;
    const run = {
      at,
      id: this.rng.uuid(),
      userId: user.upn,
      userKey: user.puid,
      userType: user.roles.length > 0 ? 2 : 0,
      ip,
      objectId,
      sessionId: session.id,
      appId: session.app.id,
      external: false,
    };
    this.ual(at, exchange.cmdlet(this.company.tenant, run, name, parameters));
  }

  /** A rule made in Outlook on Windows, which leaves no cmdlet. */
  outlookRule(at: number, user: SimUser, session: Session, name: string, actions: Json[], condition: string): void {
    const access = this.access(at, user, { ...session, client: "Client=MSExchangeRPC" });
    this.ual(
      at,
      exchange.updateInboxRules(this.company.tenant, access, { name, id: this.rng.hex(16), actions, condition }),
    );
  }

  directory(change: DirectoryChange, graphExtra: Json = {}, ualExtra: Json = {}): void {
    const { graph, ual } = directoryChange(this.company.tenant, this.rng, change);
    this.add(change.at, this.rng.int(2 * MINUTE, 15 * MINUTE), "directory-audit", { ...graph, ...graphExtra });
    this.ual(change.at, { ...ual, ...ualExtra });
  }

  /** An entry that only Graph's directory audits have. */
  directoryAudit(at: number, record: Json): void {
    this.add(at, this.rng.int(2 * MINUTE, 15 * MINUTE), "directory-audit", record);
  }

  ual(at: number, record: Json): void {
    const late = this.rng.chance(0.01);
    this.add(at, late ? this.rng.int(6 * HOUR, DAY) : this.rng.int(5 * MINUTE, 60 * MINUTE), "ual", record);
  }

  messageId(): string {
    return `<${this.rng.hex(20).toUpperCase()}@${this.company.tenant.initialDomain.split(".")[0]}.prod.outlook.com>`;
  }

  private add(at: number, delay: number, source: Source, record: Json): void {
    this.rows.push({ at, availableAt: at + delay, source, record });
  }

  private signInDelay(interactive: boolean): number {
    if (this.rng.chance(0.01)) return this.rng.int(HOUR, 6 * HOUR);
    return interactive ? this.rng.int(2 * MINUTE, 15 * MINUTE) : this.rng.int(5 * MINUTE, 30 * MINUTE);
  }

  private access(at: number, user: SimUser, session: Session): exchange.MailAccess {
    const { from, client, app, id, token } = session;
    return { at, id: this.rng.uuid(), user, ip: from.ip, client, appId: app.id, sessionId: id, uniqueTokenId: token };
  }

  private office(at: number, user: SimUser, session: Session) {
    return {
      at,
      id: this.rng.uuid(),
      user,
      ip: session.from.ip,
      userAgent: session.agent.userAgent,
      sessionId: session.id,
    };
  }
}
