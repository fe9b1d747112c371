import type { Rng } from "../random.ts";
import { type DirectoryChange, directoryChange } from "../records/directory.ts";
import * as exchange from "../records/exchange.ts";
import { type FileOperation, fileOperation, teamsOperation } from "../records/office.ts";
import { microsoftsRisk, type Risk, riskMembers } from "../records/risk.ts";
import { type Agent, graphSignIn, newTokenId, type SignInSpec, ualSignIn } from "../records/sign-in.ts";
import { addDirectoryAudit, addSignIn, addUal } from "../records/store.ts";
import { APP, RESOURCE } from "../state/identifiers.ts";
import type { Device, Json, Message, Person, Recipient, SimUser, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { fileMessage, folderNamed } from "./mailbox.ts";
import { type Address, addressIn, network } from "./networks.ts";

/** A browser or mail client session: the thing an attacker steals. */
export interface Session {
  id: string;
  uniqueTokenId: string;
  from: Address;
  agent: Agent;
  device: Device | null;
  client: string;
  app: { id: string; name: string };
}

/** Plays events into a tenant: each act leaves its log records and changes what it changes. */
export class Stage {
  readonly world: World;
  readonly tenant: Tenant;
  readonly rng: Rng;
  /** Live acts are written down now; history is written as if it had always been there. */
  live: boolean;
  /** Ids of the records written since the last `collect`. */
  private written: string[] = [];

  constructor(world: World, tenant: Tenant, rng: Rng, live: boolean) {
    this.world = world;
    this.tenant = tenant;
    this.rng = rng;
    this.live = live;
  }

  collect(): string[] {
    const ids = this.written;
    this.written = [];
    return ids;
  }

  person(user: SimUser): Person {
    const person = this.tenant.people.find((p) => p.userId === user.id);
    if (!person) throw new Error(`${user.upn} does not work here`);
    return person;
  }

  deviceOf(user: SimUser): Device | null {
    const { deviceObjectId } = this.person(user);
    return this.tenant.devices.find((d) => d.id === deviceObjectId) ?? null;
  }

  /** The person's usual computer and browser at one of the usual places. */
  ownSession(user: SimUser, where: "office" | "home"): Session {
    const person = this.person(user);
    const places = network(person.network).places;
    const place = places[person.officeIp.length % places.length];
    const base = addressIn(person.network, this.rng, place);
    return {
      id: this.rng.uuid(),
      uniqueTokenId: newTokenId(this.rng),
      from: { ...base, ip: where === "office" ? person.officeIp : person.homeIp },
      agent: { userAgent: person.browserAgent, os: person.os, browser: person.browser },
      device: this.deviceOf(user),
      client: `Client=OWA;${person.browserAgent};`,
      app: APP.outlookWeb,
    };
  }

  session(from: Address, agent: Agent, app: { id: string; name: string } = APP.outlookWeb): Session {
    return {
      id: this.rng.uuid(),
      uniqueTokenId: newTokenId(this.rng),
      from,
      agent,
      device: null,
      client: `Client=OWA;${agent.userAgent};`,
      app,
    };
  }

  /** One sign-in, in both logs under one id. */
  signIn(at: number, user: SimUser, session: Session, options: Partial<SignInSpec> = {}): string {
    const id = this.rng.uuid();
    const correlationId = options.correlationId ?? this.rng.uuid();
    const spec: SignInSpec = {
      at,
      user,
      from: session.from,
      agent: session.agent,
      app: session.app,
      resource: { appId: RESOURCE.exchange.appId, name: RESOURCE.exchange.name },
      interactive: true,
      errorCode: 0,
      sessionId: session.id,
      device: session.device,
      mfa: "claim",
      uniqueTokenId: session.uniqueTokenId,
      ...options,
    };
    addUal(this.world, this.tenant, at, ualSignIn(this.tenant, id, correlationId, spec), this.live);
    this.graphSignIn(at, id, correlationId, spec);
    this.written.push(id);
    return id;
  }

  /** Graph's form, with Microsoft's own opinion; an opinion formed offline comes hours later under the same id. */
  private graphSignIn(at: number, id: string, correlationId: string, spec: SignInSpec): void {
    const { world, tenant, live } = this;
    const stream = spec.interactive ? "interactiveUser" : "nonInteractiveUser";
    const record = graphSignIn(tenant, id, correlationId, spec);
    const risk = tenant.p2 && spec.errorCode === 0 ? this.riskOf(id, spec) : null;
    addSignIn(world, tenant, at, stream, { ...record, ...riskMembers(tenant, risk?.laterBy ? null : risk) }, live);
    if (risk?.laterBy)
      addSignIn(world, tenant, at, stream, { ...record, ...riskMembers(tenant, risk) }, live, risk.laterBy);
  }

  private riskOf(id: string, { user, from, device, interactive }: SignInSpec): Risk | null {
    const person = this.tenant.people.find((p) => p.userId === user.id);
    const usual = person ? [person.officeIp, person.homeIp, person.mobileIp].includes(from.ip) : false;
    const { kind } = network(from.network);
    return microsoftsRisk(this.rng.fork(`risk/${id}`), { usual, ownDevice: device != null, kind, interactive });
  }

  /** An entry that only Graph's directory audits have. */
  directoryAudit(at: number, record: Json): string {
    addDirectoryAudit(this.world, this.tenant, at, record, this.live);
    const id = String(record.id);
    this.written.push(id);
    return id;
  }

  access(at: number, user: SimUser, session: Session): exchange.MailAccess {
    return {
      at,
      id: this.rng.uuid(),
      user,
      ip: session.from.ip,
      client: session.client,
      appId: session.app.id,
      sessionId: session.id,
      uniqueTokenId: session.uniqueTokenId,
    };
  }

  ual(at: number, record: Json): string {
    addUal(this.world, this.tenant, at, record, this.live);
    const id = String(record.Id);
    this.written.push(id);
    return id;
  }

  readMail(at: number, user: SimUser, session: Session, messages: Message[], type: "Bind" | "Sync" = "Bind"): void {
    for (const message of messages) message.isRead = true;
    this.ual(
      at,
      exchange.mailItemsAccessed(
        this.tenant,
        this.access(at, user, session),
        messages.map((m) => m.internetMessageId),
        type,
      ),
    );
  }

  file(
    at: number,
    user: SimUser,
    session: Session,
    operation: FileOperation,
    file: { name: string; site: string; folder: string },
  ): void {
    this.ual(at, fileOperation(this.tenant, this.officeAccess(at, user, session), operation, file));
  }

  teams(at: number, user: SimUser, session: Session, operation: "TeamsSessionStarted" | "MessageSent"): void {
    this.ual(at, teamsOperation(this.tenant, this.officeAccess(at, user, session), operation));
  }

  /** A message sent from this mailbox; inside the company it arrives, outside it only shows in the trace. */
  sendMail(
    at: number,
    user: SimUser,
    session: Session,
    message: { subject: string; body: string; to: Recipient[] },
  ): string {
    const internetMessageId = `<${this.rng.hex(24).toUpperCase()}@${this.tenant.initialDomain.split(".")[0]}.prod.outlook.com>`;
    this.ual(
      at,
      exchange.send(this.tenant, this.access(at, user, session), { internetMessageId, subject: message.subject }),
    );
    const from = { name: user.displayName, address: user.mail ?? user.upn };
    if (user.mailbox)
      fileMessage(user.mailbox, this.rng, "Sent Items", { internetMessageId, ...message, from, at, isRead: true });
    for (const recipient of message.to)
      this.deliver(at, {
        internetMessageId,
        from,
        to: recipient,
        subject: message.subject,
        body: message.body,
        fromIp: session.from.ip,
      });
    return internetMessageId;
  }

  /** The sender's own copy goes to Deleted Items. */
  discardSent(at: number, user: SimUser, session: Session, internetMessageId: string): void {
    const { mailbox } = user;
    const copy = mailbox?.messages.find((m) => m.internetMessageId === internetMessageId);
    if (!mailbox || !copy) return;
    copy.folderId = folderNamed(mailbox, "Deleted Items", this.rng).id;
    this.ual(at, exchange.deleteItems(this.tenant, this.access(at, user, session), "MoveToDeletedItems", [copy]));
  }

  /** A message arriving from outside. */
  receiveMail(
    at: number,
    user: SimUser,
    message: { subject: string; body: string; from: Recipient; fromIp: string },
  ): Message | null {
    const internetMessageId = `<${this.rng.hex(20)}@${message.from.address.split("@")[1]}>`;
    return this.deliver(at, {
      internetMessageId,
      from: message.from,
      to: { name: user.displayName, address: user.mail ?? user.upn },
      subject: message.subject,
      body: message.body,
      fromIp: message.fromIp,
    });
  }

  private deliver(
    at: number,
    mail: { internetMessageId: string; from: Recipient; to: Recipient; subject: string; body: string; fromIp: string },
  ): Message | null {
    this.tenant.traces.push({
      id: this.rng.uuid(),
      receivedAt: at,
      sender: mail.from.address,
      recipient: mail.to.address,
      messageId: mail.internetMessageId,
      subject: mail.subject,
      status: "delivered",
      fromIp: mail.fromIp,
    });
    const target = this.tenant.users.find((u) => u.mail === mail.to.address);
    if (!target?.mailbox) return null;
    return fileMessage(target.mailbox, this.rng, "Inbox", { ...mail, to: [mail.to], at });
  }

  /** An Exchange cmdlet run by a person. */
  cmdlet(
    at: number,
    user: SimUser,
    session: Session,
    name: string,
    parameters: Record<string, string>,
    objectId: string,
  ): string {
    const run = {
      at,
      id: this.rng.uuid(),
      userId: user.upn,
      userKey: user.puid,
      userType: user.roles.length > 0 ? 2 : 0,
      ip: session.from.ip,
      objectId,
      sessionId: session.id,
      appId: session.app.id,
      external: false,
    };
    return this.ual(at, exchange.cmdlet(this.tenant, run, name, parameters));
  }

  directory(change: DirectoryChange): string {
    const { graph, ual } = directoryChange(this.tenant, this.rng, change);
    addDirectoryAudit(this.world, this.tenant, change.at, graph, this.live);
    this.written.push(String(graph.id));
    return this.ual(change.at, ual);
  }

  mailboxPath(user: SimUser): string {
    return `EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${this.tenant.initialDomain}/${user.id}`;
  }

  private officeAccess(at: number, user: SimUser, session: Session) {
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
