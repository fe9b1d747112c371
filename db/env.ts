import { z } from "zod";

const schema = z.object({
  PETRA_DB_URL_OWNER: z.url({ protocol: /^postgres(ql)?$/ }),
  PETRA_DB_URL_APP: z.url({ protocol: /^postgres(ql)?$/ }),
  PETRA_DB_URL_WORKER: z.url({ protocol: /^postgres(ql)?$/ }),
  PETRA_DB_URL_AUTH: z.url({ protocol: /^postgres(ql)?$/ }),
  PETRA_DB_URL_OPERATOR: z.url({ protocol: /^postgres(ql)?$/ }),
});

/** What `node db/migrate.ts` needs: the superuser's URL and one URL with password per login role. */
export function readMigrateEnv(env: Record<string, string | undefined> = process.env) {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  throw new Error(`Set ${names.join(", ")} to a postgres:// URL each; the migration cannot start without.`);
}
