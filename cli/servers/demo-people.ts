import postgres from "postgres";
import { addPerson, createAuth } from "#api/auth.ts";
import { createDb } from "#db/client.ts";

/** A person of the demo; no organization means an analyst of the operator. */
export type DemoMember = {
  email: string;
  name: string;
  password: string;
  role: string;
  organizationId: string | null;
  mayRemediate: boolean;
};

/**
 * The organization of the demo with its people, written at the first start in place of an invitation; later calls set the
 * passwords again and change nothing else. `superuserUrl` names our database.
 */
export async function openDemoDatabase(options: {
  superuserUrl: string;
  authUrl: string;
  publicUrl: string;
  sessionSecret: string;
}) {
  const sql = postgres(options.superuserUrl, { max: 1, onnotice: () => {} });
  const db = createDb(options.authUrl, { max: 2, name: "petra-demo" });
  const auth = createAuth({
    db,
    publicUrl: options.publicUrl,
    secret: options.sessionSecret,
    sendLink: async () => {},
  });
  const now = new Date().toISOString();
  return {
    organization: async (name: string, contactEmail: string): Promise<string> => {
      const [known] = await sql`select id from organizations where name = ${name}`;
      if (known) return known.id as string;
      const [made] =
        await sql`insert into organizations (name, contact_email, created_at) values (${name}, ${contactEmail}, ${now}) returning id`;
      await sql`insert into notification_methods (org_id, kind, address, created_at) values (${made!.id}, 'email', ${contactEmail}, ${now})`;
      return made!.id as string;
    },
    member: async (person: DemoMember): Promise<string> => {
      const { email, name, password, role, organizationId, mayRemediate } = person;
      const authUserId = await addPerson(auth, { email, name, password });
      const [row] = await sql`
        insert into members (org_id, auth_user_id, email, name, role, can_manage_tenants, can_view_sensitive, is_read_only, created_at)
        values (${organizationId}, ${authUserId}, ${email}, ${name}, ${role}, ${mayRemediate}, ${mayRemediate}, ${!mayRemediate}, ${now})
        on conflict (email) do update set auth_user_id = excluded.auth_user_id returning id`;
      return row!.id as string;
    },
    showTenantTo: async (organizationId: string, memberId: string, tenantId: string): Promise<void> => {
      await sql`insert into member_tenants (org_id, member_id, tenant_id) values (${organizationId}, ${memberId}, ${tenantId}) on conflict do nothing`;
    },
    close: async () => {
      await db.close();
      await sql.end({ timeout: 5 });
    },
  };
}
