import { z } from "zod";

/** The simulated cloud in which drills run: its address comes from the installation's settings and from nowhere else. */
export type DrillCloud = {
  stories(): Promise<{ id: string; title: string }[]>;
  /** A company of its own with ordinary history; the story is played by `attack`. */
  makeTenant(story: string, seed: string): Promise<{ microsoftTenantId: string; name: string }>;
  /** What its administrator would do on Microsoft's consent page. */
  consent(microsoftTenantId: string): Promise<void>;
  attack(microsoftTenantId: string): Promise<void>;
  remove(microsoftTenantId: string): Promise<void>;
};

const stories = z.object({ stories: z.array(z.object({ id: z.string(), title: z.string() })) });
const tenant = z.object({ tenantId: z.uuid(), displayName: z.string() });
const PATIENCE_MS = 30_000;

export function createDrillCloud(address: string): DrillCloud {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, address), {
      method,
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The simulated cloud answers ${response.status}`);
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  };
  const at = (id: string, rest = "") => `/admin/tenants/${encodeURIComponent(id)}${rest}`;
  return {
    stories: async () => stories.parse(await ask("GET", "/admin/stories")).stories,
    async makeTenant(story, seed) {
      const made = tenant.parse(await ask("POST", "/admin/tenants", { story, seed, phase: "history" }));
      return { microsoftTenantId: made.tenantId, name: made.displayName };
    },
    consent: async (id) => void (await ask("POST", at(id, "/consent"), {})),
    attack: async (id) => void (await ask("POST", at(id, "/attack"))),
    remove: async (id) => void (await ask("DELETE", at(id))),
  };
}
