import { fileMessage, newMailbox } from "../scenarios/mailbox.ts";
import type { Json, Tenant } from "../state/types.ts";
import type { World } from "../state/world.ts";

type MailboxesOrder = {
  count: number;
  phishInEvery: number;
  phish: { internetMessageId: string; subject: string; from: string };
};

/**
 * Many people with a mailbox each, and in each honest mail that looks like the phish: the same subject from the same
 * address, its subject from a colleague, its id with one letter more or in other case. Some hold the phish itself.
 */
export function plantMailboxes(world: World, tenant: Tenant, { count, phishInEvery, phish }: MailboxesOrder): Json {
  const { rng, clock } = world;
  const pattern = tenant.users.find((user) => user.mailbox && user.userType === "Member" && user.roles.length === 0);
  if (!pattern) throw new RangeError("no user to make others after");
  const { mailbox: _, ...person } = pattern;
  const longer = phish.internetMessageId.replace("<", "<x");
  const inCapitals = phish.internetMessageId.toUpperCase();
  for (let n = 0; n < count; n++) {
    const upn = `worker${n}@${tenant.domain}`;
    const mailbox = newMailbox(rng);
    const put = (internetMessageId: string, from: string, folder = "Inbox") =>
      fileMessage(mailbox, rng, folder, {
        internetMessageId,
        subject: phish.subject,
        body: phish.subject,
        from: { name: from, address: from },
        to: [{ name: upn, address: upn }],
        at: clock.now(),
      });
    put(`<${rng.hex(20)}@${phish.from.split("@")[1]}>`, phish.from);
    if (n % 3 === 0) put(longer, phish.from);
    if (n % 3 === 1) put(inCapitals, phish.from, "Archive");
    if (n % 3 === 2) put(`<${rng.hex(20)}@${tenant.domain}>`, `worker0@${tenant.domain}`);
    if (n % phishInEvery === 0) put(phish.internetMessageId, phish.from, n % 2 === 0 ? "Inbox" : "Archive");
    tenant.users.push({
      ...person,
      id: rng.uuid(),
      upn,
      mail: upn,
      displayName: `Worker ${n}`,
      proxyAddresses: [`SMTP:${upn}`],
      puid: rng.hex(16).toUpperCase(),
      sid: `S-1-12-1-${rng.int(1, 2_000_000_000)}-${n}`,
      methods: [],
      mailbox,
    });
  }
  return { mailboxes: count };
}
