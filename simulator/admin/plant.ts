import { z } from "zod";
import { fileMessage, folderNamed } from "../scenarios/mailbox.ts";
import type { Json, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";
import { plantMailboxes } from "./plant-mailboxes.ts";

const person = { userId: z.string() };
const name = z.string().default("planted");

const artifact = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("inbox-rule"),
    ...person,
    name,
    moveTo: z.string().optional(),
    forwardTo: z.string().optional(),
    words: z.array(z.string()).optional(),
    hidden: z.boolean().default(false),
    readOnly: z.boolean().default(false),
    enabled: z.boolean().default(true),
  }),
  z.object({
    kind: z.literal("message"),
    ...person,
    subject: z.string(),
    from: z.string(),
    internetMessageId: z.string().optional(),
    body: z.string().optional(),
    attachments: z.array(z.object({ name: z.string(), contentBytes: z.base64() })).optional(),
    folder: z.string().default("Inbox"),
  }),
  z.object({
    kind: z.literal("mailboxes"),
    count: z.number().int().min(1).max(20_000),
    /** In every n-th of them. */
    phishInEvery: z.number().int().min(1),
    phish: z.object({ internetMessageId: z.string(), subject: z.string(), from: z.string() }),
  }),
  z.object({ kind: z.literal("transport-rule"), name, blindCopyTo: z.array(z.string()) }),
  z.object({ kind: z.literal("connector"), name, direction: z.enum(["inbound", "outbound"]).default("inbound") }),
  z.object({ kind: z.literal("delegation"), ...person, trustee: z.string() }),
  z.object({ kind: z.literal("device"), ...person, name }),
  z.object({ kind: z.literal("phone-method"), ...person, phoneNumber: z.string() }),
  z.object({ kind: z.literal("application"), name, secrets: z.number().int().min(0).default(1) }),
]);

/** Puts an artifact into a tenant without a log record, as an inventory would find it. Returns its handles. */
export function plant(world: World, tenant: Tenant, body: unknown): Json {
  const order = artifact.parse(body);
  const { rng, clock } = world;
  const when = clock.iso();
  const user = "userId" in order ? tenant.users.find((u) => u.id === order.userId) : undefined;
  if ("userId" in order && !user) throw new RangeError("no such user in this tenant");
  world.touched();
  switch (order.kind) {
    case "inbox-rule": {
      if (!user?.mailbox) throw new RangeError("the user has no mailbox");
      const actions: Json = {};
      if (order.moveTo) actions.moveToFolder = folderNamed(user.mailbox, order.moveTo, rng).id;
      if (order.forwardTo) actions.forwardTo = [{ emailAddress: { name: order.forwardTo, address: order.forwardTo } }];
      const rule = {
        id: Buffer.from(`AQAA${rng.hex(10)}`).toString("base64"),
        exchangeId: String(rng.int(1_000_000_000, 2_000_000_000)),
        name: order.name,
        sequence: user.mailbox.rules.length,
        enabled: order.enabled,
        readOnly: order.readOnly,
        hidden: order.hidden,
        conditions: order.words ? { bodyOrSubjectContains: order.words } : {},
        actions,
      };
      user.mailbox.rules.push(rule);
      return { id: rule.id, exchangeId: rule.exchangeId };
    }
    case "mailboxes":
      return plantMailboxes(world, tenant, order);
    case "message": {
      if (!user?.mailbox) throw new RangeError("the user has no mailbox");
      const internetMessageId = order.internetMessageId ?? `<${rng.hex(20)}@${order.from.split("@")[1]}>`;
      const from = { name: order.from, address: order.from };
      const to = [{ name: user.displayName, address: user.mail ?? user.upn }];
      const made = fileMessage(user.mailbox, rng, order.folder, {
        internetMessageId,
        subject: order.subject,
        body: order.body ?? order.subject,
        attachments: order.attachments,
        from,
        to,
        at: clock.now(),
      });
      tenant.traces.push({
        id: rng.uuid(),
        receivedAt: clock.now(),
        sender: order.from,
        recipient: user.mail ?? user.upn,
        messageId: internetMessageId,
        subject: order.subject,
        status: "delivered",
        fromIp: "185.156.173.9",
      });
      return { id: made.id, internetMessageId };
    }
    case "transport-rule": {
      const identity = rng.uuid();
      const priority = tenant.transportRules.length;
      tenant.transportRules.push({
        identity,
        name: order.name,
        enabled: true,
        priority,
        properties: { BlindCopyTo: order.blindCopyTo },
        whenChanged: when,
      });
      return { identity };
    }
    case "connector": {
      const identity = rng.uuid();
      const properties = { ConnectorType: "Partner", SenderDomains: ["smtp:*;1"], SenderIPAddresses: [] };
      tenant.connectors.push({
        direction: order.direction,
        identity,
        name: order.name,
        enabled: true,
        properties,
        whenCreated: when,
        whenChanged: when,
      });
      return { identity };
    }
    case "delegation":
      user?.mailbox?.permissions.push({ user: order.trustee, rights: ["FullAccess"] });
      return { mailbox: order.userId, trustee: order.trustee };
    case "device": {
      const device = {
        id: rng.uuid(),
        deviceId: rng.uuid(),
        displayName: order.name,
        accountEnabled: true,
        operatingSystem: "Windows",
        trustType: "Workplace" as const,
        ownerId: order.userId,
        registeredAt: clock.now(),
        lastSignInAt: clock.now(),
        isCompliant: false,
        isManaged: false,
      };
      tenant.devices.push(device);
      return { id: device.id, deviceId: device.deviceId };
    }
    case "phone-method": {
      const id = "3179e48a-750b-4051-897c-87b9720928f7";
      user?.methods.push({
        id,
        type: "phoneAuthenticationMethod",
        createdDateTime: when,
        details: { phoneNumber: order.phoneNumber, phoneType: "mobile" },
      });
      return { id };
    }
    case "application": {
      const credentials = Array.from({ length: order.secrets }, () => ({
        keyId: rng.uuid(),
        displayName: "secret",
        startDateTime: when,
        endDateTime: new Date(clock.now() + 365 * 86_400_000).toISOString(),
        hint: "Q~x",
        customKeyIdentifier: null,
        secretText: null,
      }));
      const app = {
        id: rng.uuid(),
        appId: rng.uuid(),
        displayName: order.name,
        createdAt: clock.now(),
        isDisabled: false,
        passwordCredentials: credentials,
        keyCredentials: [],
      };
      tenant.applications.push(app);
      return { id: app.id, appId: app.appId, keyIds: credentials.map((k) => k.keyId) };
    }
  }
}
