import type { InventoryItem } from "#domain/incident/analysis.ts";
import { pool } from "#domain/remediation/pool.ts";
import type { Exchange } from "./exchange.ts";
import type { Graph } from "./graph.ts";
import { inventoryApps } from "./inventory-apps.ts";
import { inventoryMailFlow } from "./inventory-mail-flow.ts";
import { inventoryForwarding, inventoryMailbox } from "./inventory-mailbox.ts";
import { inventoryAccount, inventoryDevices } from "./inventory-sign-in.ts";
import type { M365Tenant, M365User } from "./m365.ts";
import { M365Fault } from "./m365.ts";

const MAILBOXES_AT_ONCE = 8;

export type InventoryDeps = { graph: Graph; exchange: Exchange; ownClientId: string };

/**
 * Everything that can let an attacker back in, part by part. A part that cannot be read becomes a sentence in `blind`, because
 * a scan that saw nothing must not read as clean. With a list of mailboxes the accounts' sign-in methods, devices and
 * roles are read as well (slow calls, only worth it for an incident).
 */
export function inventoryDoor(
  deps: InventoryDeps & Pick<M365Tenant, "listUsers" | "readUser">,
): Pick<M365Tenant, "inventory"> {
  return {
    async inventory({ mailboxes }) {
      const items: InventoryItem[] = [];
      const blind: string[] = [];
      const part = async (name: string, read: () => Promise<InventoryItem[]>): Promise<void> => {
        try {
          items.push(...(await read()));
        } catch (error) {
          if (!isExpected(error)) throw error;
          blind.push(`${name}: ${error.message}`);
        }
      };

      const users = await readUsers(deps, mailboxes);
      const isOne = mailboxes !== "all";
      await Promise.all([
        part("Connectors and transport rules", () => inventoryMailFlow(deps.exchange)),
        part("Apps and consents", () => inventoryApps(deps.graph, deps.ownClientId)),
        part("Forwarding", () => inventoryForwarding(deps.exchange, users, isOne)),
        ...(isOne ? [] : [part("Devices", () => inventoryDevices(deps.graph))]),
      ]);
      await pool(users, MAILBOXES_AT_ONCE, async (user) => {
        await part(`Mailbox ${user.upn}`, () => inventoryMailbox(deps, user));
        if (isOne) await part(`Sign-in methods of ${user.upn}`, () => inventoryAccount(deps.graph, user));
      });
      return { items, blind };
    },
  };
}

/** No licence, no mailbox, no right, gone: a blind spot. Throttling, lost consent and our own mistakes are not. */
function isExpected(error: unknown): error is M365Fault {
  return error instanceof M365Fault && ["not-licensed", "refused", "not-found"].includes(error.faultClass);
}

async function readUsers(
  deps: Pick<M365Tenant, "listUsers" | "readUser">,
  mailboxes: string[] | "all",
): Promise<M365User[]> {
  if (mailboxes !== "all") return Promise.all(mailboxes.map((objectId) => deps.readUser(objectId)));
  const users: M365User[] = [];
  for await (const page of deps.listUsers()) users.push(...page);
  return users;
}
