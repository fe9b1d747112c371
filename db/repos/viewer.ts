import { sql } from "drizzle-orm";
import type { Viewer } from "#domain/access/may.ts";
import type { Db } from "../client.ts";

type ViewerRow = {
  member_id: string;
  org_id: string | null;
  org_name: string | null;
  name: string;
  email: string;
  role: Viewer["role"];
  can_manage_tenants: boolean;
  can_view_sensitive: boolean;
  is_read_only: boolean;
  tenant_ids: string[];
  requires_factor: boolean;
};

/** The active member behind a sign-in identity; a proven address links the two at the first sign-in. */
export async function findViewer(
  db: Db,
  identity: { authUserId: string; verifiedEmail: string | null },
): Promise<Viewer | undefined> {
  const { authUserId, verifiedEmail } = identity;
  const [found] = [
    ...(await db.orm.execute<ViewerRow>(
      sql`select v.* from petra.member_of(${authUserId}, ${verifiedEmail}) as m(id), lateral petra.viewer(m.id) as v`,
    )),
  ];
  return found && toViewer(found);
}

/** The member with this id, while active: asked again before a stream goes on (S8). */
export async function loadViewer(db: Db, memberId: string): Promise<Viewer | undefined> {
  const [found] = [...(await db.orm.execute<ViewerRow>(sql`select * from petra.viewer(${memberId}::uuid)`))];
  return found && toViewer(found);
}

const toViewer = (row: ViewerRow): Viewer => ({
  memberId: row.member_id,
  orgId: row.org_id,
  orgName: row.org_name,
  name: row.name,
  email: row.email,
  role: row.role,
  canManageTenants: row.can_manage_tenants,
  canViewSensitive: row.can_view_sensitive,
  isReadOnly: row.is_read_only,
  tenantIds: row.tenant_ids,
  requiresFactor: row.requires_factor,
});
