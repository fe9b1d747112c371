import { error, fail, type RequestEvent } from "@sveltejs/kit";
import type { MarkedAccount } from "#domain/policy/document.ts";
import { MARKED_KINDS } from "#domain/policy/document.ts";
import type { PolicyView } from "#domain/view/policy.ts";
import { overrideOf } from "#lib/policy/form.ts";
import { type ApiAnswer, apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

/** Of which organization (analysts only) and tenant, from the page's own address. */
function place(event: RequestEvent): string {
  const query = new URLSearchParams();
  const [org, tenant] = [event.url.searchParams.get("org"), event.url.searchParams.get("tenant")];
  if (org) query.set("orgId", org);
  if (tenant) query.set("tenantId", tenant);
  return query.size > 0 ? `?${query}` : "";
}

export const load: PageServerLoad = async (event) => {
  const { viewer } = await event.parent();
  if (!viewer.may.seePolicy) error(403, { message: "You may not see this", fix: "Ask an Admin of your organization." });
  if (viewer.org === null && !event.url.searchParams.has("org"))
    error(404, { message: "Which organization?", fix: "Open the policy from a decision in the queue." });
  const policy = await apiGet<PolicyView>(event, `/api/policy${place(event)}`);
  return {
    policy,
    crumbs: [{ label: "Policy", href: "/policy" }, ...(policy.tenant ? [{ label: policy.tenant.name }] : [])],
  };
};

const text = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();
const WAITS = "It waits for a second person; nothing was changed yet.";
const answered = (answer: ApiAnswer<unknown>, saved: string) =>
  answer.ok ? { saved: answer.status === 202 ? WAITS : saved } : refuse(answer);
const list = (value: string): string[] =>
  value
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== "");

async function save(event: RequestEvent, form: FormData, change: (policy: PolicyView) => object | undefined) {
  const read = await apiSend<PolicyView>(event, "GET", `/api/policy${place(event)}`);
  if (!read.ok) return answered(read, "");
  const document = change(read.data);
  if (!document) return fail(400, { refused: "This form is not complete." });
  const answer = await apiSend(event, "POST", "/api/policy", {
    tenantId: read.data.tenant?.id ?? null,
    basedOn: Number(form.get("basedOn")),
    document,
    reason: text(form, "reason"),
  });
  return answered(answer, "The policy is saved. It holds from the next write on.");
}

export const actions: Actions = {
  save: async (event) => {
    const form = await event.request.formData();
    return save(event, form, (policy) => overrideOf(form, policy.inherited, policy.override.marked));
  },
  mark: async (event) => {
    const form = await event.request.formData();
    const objectId = text(form, "objectId");
    const kind = MARKED_KINDS.find((one) => one === form.get("kind"));
    return save(event, form, ({ override }) => {
      const others: MarkedAccount[] = (override.marked ?? []).filter((mark) => mark.objectId !== objectId);
      const name = text(form, "name");
      return { ...override, marked: kind ? [...others, { objectId, kind, name: name || objectId }] : others };
    });
  },
  kill: async (event) => {
    const form = await event.request.formData();
    const isOn = form.get("isOn") === "true";
    const orgId = event.url.searchParams.get("org");
    const answer = await apiSend(event, "POST", "/api/policy/kill-switch", {
      isOn,
      tenantId: text(form, "tenantId") || null,
      reason: text(form, "reason"),
      ...(orgId ? { orgId } : {}),
    });
    return answered(answer, isOn ? "Everything automatic is stopped." : "Petra acts by itself again.");
  },
  except: async (event) => {
    const form = await event.request.formData();
    const day = (name: string, time: string) => (text(form, name) ? `${text(form, name)}T${time}Z` : "");
    const answer = await apiSend(event, "POST", "/api/policy/exceptions", {
      tenantId: text(form, "tenantId"),
      kind: text(form, "kind"),
      account: text(form, "account"),
      countries: list(text(form, "countries").toUpperCase()),
      addresses: list(text(form, "addresses")),
      startsAt: day("startsAt", "00:00:00.000"),
      endsAt: day("endsAt", "23:59:59.000"),
      reason: text(form, "reason"),
    });
    return answered(answer, "The exception holds.");
  },
  end: async (event) => {
    const id = text(await event.request.formData(), "id");
    const answer = await apiSend(event, "POST", `/api/policy/exceptions/${encodeURIComponent(id)}/end`, {});
    return answered(answer, "The exception is over.");
  },
};
