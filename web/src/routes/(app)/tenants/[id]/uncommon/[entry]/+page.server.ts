import { error } from "@sveltejs/kit";
import type { UncommonEntry } from "#domain/view/detection.ts";
import type { EventPage } from "#domain/view/portal.ts";
import { tabOf } from "#lib/log/tabs.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const entry = await apiGet<UncommonEntry>(event, `/api/uncommon/${encodeURIComponent(params.entry)}`);
  if (entry.tenant.id !== params.id)
    error(404, { message: "There is nothing here", fix: "Open it from the Uncommon Activity of its tenant." });
  const log = tabOf(url.searchParams.get("log"));
  const query = new URLSearchParams({ upn: entry.upn, limit: "50" });
  if (log.category) query.set("category", log.category);
  const cursor = url.searchParams.get("cursor");
  if (cursor) query.set("cursor", cursor);
  const events = await apiGet<EventPage>(event, `/api/tenants/${encodeURIComponent(params.id)}/events?${query}`);
  return {
    entry,
    events,
    crumbs: [
      { label: entry.tenant.name, href: `/tenants/${entry.tenant.id}` },
      { label: "Uncommon Activity", href: `/tenants/${entry.tenant.id}/uncommon` },
      { label: entry.label },
    ],
  };
};
