import type { Rng } from "../random.ts";
import { newMailbox } from "../scenarios/mailbox.ts";
import type { Json, SimUser } from "../state/types.ts";

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const PUID = /^1003[0-9a-f]{12}$/i;

interface Facts {
  upn: string;
  objectId?: string;
  puid?: string;
  sid?: string;
  mailboxGuid?: string;
  displayName?: string;
  firstSeen: number;
}

/** Collects what the records say about accounts: one person per UPN, whichever ids a log happens to use. */
export class People {
  private readonly byUpn = new Map<string, Facts>();

  note(upn: unknown, at: number, facts: Partial<Omit<Facts, "upn" | "firstSeen">> = {}): void {
    if (typeof upn !== "string" || !/^[^\s\\]+@[^\s\\]+\.[^\s\\]+$/.test(upn) || upn.startsWith("ServicePrincipal_"))
      return;
    const key = upn.toLowerCase();
    const known = this.byUpn.get(key) ?? { upn, firstSeen: at };
    known.firstSeen = Math.min(known.firstSeen, at);
    for (const [name, value] of Object.entries(facts))
      if (value && !known[name as keyof Facts]) Object.assign(known, { [name]: value });
    this.byUpn.set(key, known);
  }

  /** Unified audit log: sign-ins carry the object id as UserKey, Exchange the PUID, Entra changes both. */
  readUal(record: Json, at: number): void {
    const userKey = String(record.UserKey ?? "").split("@")[0] ?? "";
    const failedUnknown = record.Operation === "UserLoginFailed" && !GUID.test(userKey);
    if (record.UserType !== 3 && record.UserType !== 4 && !failedUnknown) {
      this.note(record.UserId, at, {
        ...(GUID.test(userKey) ? { objectId: userKey } : {}),
        ...(PUID.test(userKey) ? { puid: userKey } : {}),
      });
    }
    this.note(record.MailboxOwnerUPN, at, {
      ...(record.MailboxGuid ? { mailboxGuid: String(record.MailboxGuid) } : {}),
      ...(record.MailboxOwnerSid ? { sid: String(record.MailboxOwnerSid) } : {}),
    });
    for (const list of [record.Actor, record.Target]) {
      const entries = ((list ?? []) as Json[]).map((e) => ({ id: String(e.ID ?? ""), type: Number(e.Type) }));
      const upn = entries.find((e) => e.type === 5)?.id;
      const objectId = entries.find((e) => e.id.startsWith("User_"))?.id.slice(5);
      const puid = entries.find((e) => e.type === 3)?.id;
      if (upn && objectId) this.note(upn, at, { objectId, ...(puid ? { puid } : {}) });
    }
  }

  readSignIn(record: Json, at: number): void {
    this.note(record.userPrincipalName, at, {
      objectId: String(record.userId ?? ""),
      displayName: String(record.userDisplayName ?? ""),
    });
  }

  initialDomain(): string | null {
    const counts = new Map<string, number>();
    for (const key of this.byUpn.keys()) {
      const domain = key.split("@")[1] ?? "";
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  }

  build(rng: Rng, domains: Set<string>): SimUser[] {
    return [...this.byUpn.values()].map((facts) => {
      const upn = facts.upn;
      const local = upn.split("@")[0] ?? upn;
      const guest = upn.includes("#EXT#") || !domains.has((upn.split("@")[1] ?? "").toLowerCase());
      const mailbox = guest ? null : newMailbox(rng);
      if (mailbox && facts.mailboxGuid) mailbox.guid = facts.mailboxGuid;
      const created = facts.firstSeen - 300 * 86_400_000;
      return {
        id: (facts.objectId ?? rng.uuid()).toLowerCase(),
        upn,
        displayName: facts.displayName || local,
        givenName: local,
        surname: "",
        jobTitle: "",
        mail: guest ? null : upn,
        proxyAddresses: guest ? [] : [`SMTP:${upn}`],
        accountEnabled: true,
        userType: guest ? ("Guest" as const) : ("Member" as const),
        usageLocation: "US",
        skus: guest ? [] : ["f245ecc8-75af-4f8e-b61f-27d8114de5f3"],
        onPremisesSyncEnabled: null,
        onPremisesImmutableId: null,
        createdAt: created,
        lastPasswordChangeAt: created,
        sessionsValidFrom: created,
        tokensCutAt: created,
        puid: facts.puid ?? `1003200${rng.hex(9).toUpperCase()}`,
        sid: facts.sid ?? `S-1-12-1-${rng.int(1e8, 2e9)}`,
        roles: [],
        passwordGeneration: 1,
        mustChangePassword: false,
        onPremises: null,
        mailbox,
        methods: [
          {
            id: "28c10230-6103-485e-b985-444c60001490",
            type: "passwordAuthenticationMethod",
            createdDateTime: null,
            details: {},
          },
        ],
      };
    });
  }
}
