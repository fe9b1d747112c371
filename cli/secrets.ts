import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Roles of our database that sign in, each with a password of its own. */
export const DATABASE_ROLES = ["app", "worker", "auth", "operator"] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** People of the demo who get a password at the first start. */
export const DEMO_PEOPLE = ["admin", "guest", "analyst"] as const;
export type DemoPerson = (typeof DEMO_PEOPLE)[number];

/** Everything secret of one data folder, made at random at its first start. */
export type Secrets = {
  /** 32 bytes, base64: wraps the tenants' data keys. */
  masterKey: string;
  sessionSecret: string;
  m365ClientId: string;
  m365ClientSecret: string;
  databasePasswords: Record<DatabaseRole, string>;
  demoPasswords: Record<DemoPerson, string>;
};

const word = (bytes: number): string => randomBytes(bytes).toString("base64url");
const each = <Name extends string>(names: readonly Name[], make: () => string): Record<Name, string> =>
  Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, string>;

const create = (): Secrets => ({
  masterKey: randomBytes(32).toString("base64"),
  sessionSecret: word(48),
  m365ClientId: crypto.randomUUID(),
  m365ClientSecret: word(30),
  databasePasswords: each(DATABASE_ROLES, () => word(24)),
  demoPasswords: each(DEMO_PEOPLE, () => word(12)),
});

/** The secrets of a data folder; made and written (mode 0600) at the first call. Ones added later are filled in. */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Secrets>) : {};
  const fresh = create();
  const secrets: Secrets = {
    ...fresh,
    ...kept,
    databasePasswords: { ...fresh.databasePasswords, ...kept.databasePasswords },
    demoPasswords: { ...fresh.demoPasswords, ...kept.demoPasswords },
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
