import type { RequestEvent } from "@sveltejs/kit";
import { apiGet, apiSend, refuse } from "#lib/server/api.ts";
import type { Actions, PageServerLoad } from "./$types";

type Security = {
  factors: { id: string; name: string; confirmedAt: string | null }[];
  recoveryCodesLeft: number;
  hasPassword: boolean;
  orgRequiresFactor: boolean;
};

export const load: PageServerLoad = async (event) => ({
  security: await apiGet<Security>(event, "/api/auth/security"),
  crumbs: [{ label: "Settings", href: "/settings" }, { label: "Security" }],
});

const text = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();
const formOf = (event: RequestEvent) => event.request.formData();

export const actions: Actions = {
  begin: async (event) => {
    const name = text(await formOf(event), "name");
    const answer = await apiSend<{ uri: string; key: string }>(event, "POST", "/api/auth/factors", { name });
    return answer.ok ? { enrolment: answer.data } : refuse(answer);
  },
  confirm: async (event) => {
    const form = await formOf(event);
    const [uri, key] = [text(form, "uri"), text(form, "key")];
    const answer = await apiSend<{ recoveryCodes: string[] }>(event, "POST", "/api/auth/factors/confirm", {
      code: text(form, "code"),
    });
    if (answer.ok) return { recoveryCodes: answer.data.recoveryCodes, done: "The second factor is set up." };
    return refuse(answer, { enrolment: { uri, key } });
  },
  remove: async (event) => {
    const form = await formOf(event);
    const path = `/api/auth/factors/${encodeURIComponent(text(form, "id"))}/remove`;
    const answer = await apiSend(event, "POST", path, { reason: text(form, "reason") });
    return answer.ok ? { done: "It is taken away. Your other sessions have ended." } : refuse(answer);
  },
  codes: async (event) => {
    const answer = await apiSend<{ recoveryCodes: string[] }>(event, "POST", "/api/auth/recovery-codes", {});
    return answer.ok ? { recoveryCodes: answer.data.recoveryCodes } : refuse(answer);
  },
  require: async (event) => {
    const form = await formOf(event);
    const requiresFactor = text(form, "requiresFactor") === "true";
    const answer = await apiSend(event, "POST", "/api/settings/security", {
      requiresFactor,
      reason: text(form, "reason"),
    });
    if (answer.ok && answer.status === 202) return { done: "It waits for a second person; nothing was changed yet." };
    return answer.ok
      ? {
          done: requiresFactor
            ? "Everybody who acts needs a second factor now."
            : "Second factors are each one’s choice again.",
        }
      : refuse(answer);
  },
};
