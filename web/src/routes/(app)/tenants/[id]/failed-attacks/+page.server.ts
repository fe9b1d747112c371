import { FAILED_ATTACK_KINDS } from "#domain/incident/failed-attack.ts";
import type { FailedAttacksView } from "#domain/view/detection.ts";
import { periodOf } from "#lib/detections/words.ts";
import { apiGet } from "#lib/server/api.ts";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { params, url } = event;
  const query = new URLSearchParams({ days: periodOf(url.searchParams.get("days")) });
  const kind = FAILED_ATTACK_KINDS.find((known) => known === url.searchParams.get("kind"));
  if (kind) query.set("kind", kind);
  const number = Number(url.searchParams.get("page") ?? "0");
  if (Number.isInteger(number) && number > 0) query.set("page", String(number));
  const view = await apiGet<FailedAttacksView>(
    event,
    `/api/tenants/${encodeURIComponent(params.id)}/failed-attacks?${query}`,
  );
  return {
    view,
    kind: kind ?? "all",
    crumbs: [{ label: view.tenant.name, href: `/tenants/${view.tenant.id}` }, { label: "Failed Attacks" }],
  };
};
