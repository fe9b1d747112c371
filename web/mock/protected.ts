import type { EmergencyView } from "#domain/view/emergency.ts";
import type { NeverTouchView } from "#domain/view/phish.ts";
import type { ViewerView } from "#domain/view/portal.ts";
import { DAN } from "./people.ts";

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Emergency accounts, confirmed long ago, and the mailboxes no mail is taken out of; undefined for any other question. */
export function protectedMock(
  key: string,
  viewer: ViewerView | undefined,
): EmergencyView | NeverTouchView[] | undefined {
  if (/^(GET|POST) \/api\/tenants\/[^/]+\/emergency-accounts/.test(key))
    return {
      accounts: [
        {
          objectId: "6f1c9c8e-0b1d-4c55-9a55-3c1f0b7a2d19",
          name: "key-one@harlowfinch.example",
          reason: "The key in the owner's safe.",
          by: DAN,
          at: ago(120),
        },
      ],
      confirmed: { by: DAN, at: ago(120) },
      isDue: true,
      may: { add: viewer?.role === "full-member" || viewer?.role === "admin", change: viewer?.role === "admin" },
    };
  if (/^(GET|POST) \/api\/tenants\/[^/]+\/never-touch/.test(key))
    return [
      {
        mailboxObjectId: "6f1c9c8e-0b1d-4c55-9a55-3c1f0b7a2d20",
        mailbox: "archive@harlowfinch.example",
        reason: "Legal hold, case 2026/114.",
        by: DAN,
        at: ago(14),
      },
    ];
  return undefined;
}
