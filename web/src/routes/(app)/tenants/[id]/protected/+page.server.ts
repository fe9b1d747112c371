import type { RequestEvent } from "@sveltejs/kit";
import { EMERGENCY_CONFIRM_DAYS } from "#domain/tenant/emergency.ts";
import type { EmergencyView } from "#domain/view/emergency.ts";
import type { NeverTouchView } from "#domain/view/phish.ts";
import type { TenantRow } from "#domain/view/portal.ts";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

const pathOf = (event: RequestEvent): string => `/api/tenants/${encodeURIComponent(event.params.id ?? "")}`;

export const load: PageServerLoad = async (event) => {
  const path = pathOf(event);
  const [tenant, emergency, mailboxes] = await Promise.all([
    apiGet<TenantRow>(event, path),
    apiGet<EmergencyView>(event, `${path}/emergency-accounts`),
    apiGet<NeverTouchView[]>(event, `${path}/never-touch`),
  ]);
  return {
    tenant,
    emergency,
    mailboxes,
    crumbs: [{ label: tenant.name, href: `/tenants/${tenant.id}` }, { label: "Protected" }],
  };
};

async function post(event: RequestEvent, path: string, names: Record<string, string>, saved: string) {
  const form = await event.request.formData();
  const body = Object.fromEntries(
    Object.entries(names).map(([field, member]) => [member, String(form.get(field) ?? "").trim()]),
  );
  const answer = await apiSend(event, "POST", `${pathOf(event)}/${path}`, body);
  return answer.ok ? { saved } : refuse(answer);
}

export const actions: Actions = {
  "name-emergency": (event) =>
    post(event, "emergency-accounts", { account: "account", reason: "reason" }, "Petra will not lock it by itself."),
  "drop-emergency": (event) =>
    post(
      event,
      "emergency-accounts/drop",
      { key: "objectId", reason: "reason" },
      "It is treated as any other account.",
    ),
  confirm: (event) => post(event, "emergency-accounts/confirm", {}, `Confirmed for ${EMERGENCY_CONFIRM_DAYS} days.`),
  "name-mailbox": (event) =>
    post(event, "never-touch", { account: "mailbox", reason: "reason" }, "No mail is taken out of it from now on."),
  "drop-mailbox": (event) =>
    post(event, "never-touch/drop", { key: "mailboxObjectId", reason: "reason" }, "Mail may be taken out of it again."),
};
