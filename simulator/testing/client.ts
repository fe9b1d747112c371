import tls from "node:tls";
import { type Simulator, type SimulatorOptions, startSimulator } from "../start.ts";
import type { Json } from "../state/types.ts";

export const CLIENT_ID = "11111111-aaaa-4bbb-8ccc-222222222222";
export const CLIENT_SECRET = "simulated-secret";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Json & { value?: Json[]; error?: { code?: string; message?: string } };
}

export interface TenantSummary {
  tenantId: string;
  domain: string;
  displayName: string;
  accounts: { objectId: string; upn: string; role: string }[];
  victim: { objectId: string; upn: string };
  attack: Json;
  records: { ual: number; signIns: number; directoryAudits: number };
}

/** An account as the truth port tells of it, as far as tests ask. */
export interface TruthUser {
  objectId: string;
  accountEnabled: boolean;
  passwordGeneration: number;
  mailbox: {
    rules: { id: string; displayName: string; isEnabled: boolean; hidden: boolean }[];
    forwardingSmtpAddress: string | null;
    permissions: { user: string; rights: string[] }[];
    folders: { displayName: string; messages: { internetMessageId: string }[] }[];
  };
}

/** Plain fetch against a running simulator: what a client sees on the wire and nothing else. */
export class TestCloud {
  readonly simulator: Simulator;
  private readonly tokens = new Map<string, string>();

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  static async start(options: SimulatorOptions = {}): Promise<TestCloud> {
    const simulator = await startSimulator(options);
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), simulator.caPem]);
    return new TestCloud(simulator);
  }

  close(): Promise<void> {
    return this.simulator.close();
  }

  async admin(method: string, path: string, body?: unknown): Promise<Json & { [key: string]: unknown }> {
    const response = await fetch(this.simulator.adminUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Json);
  }

  async truth<T = Json>(path: string): Promise<T> {
    return (await (await fetch(this.simulator.truthUrl + path)).json()) as T;
  }

  async truthUser(t: TenantSummary, id = t.victim.objectId): Promise<TruthUser> {
    const { users } = await this.truth<{ users: TruthUser[] }>(`/truth/tenants/${t.tenantId}`);
    const user = users.find((u) => u.objectId === id);
    if (!user) throw new Error("no such user");
    return user;
  }

  async tenant(order: Json): Promise<TenantSummary> {
    return (await this.admin("POST", "/admin/tenants", { consent: true, ...order })) as unknown as TenantSummary;
  }

  /** Signs a partner's administrator in, as a browser does; answers the refresh token. */
  async partnerSignIn(upn: string): Promise<string> {
    const login = `${this.simulator.cloudUrl}/login.microsoftonline.com/organizations/oauth2/v2.0`;
    const redirect_uri = "http://127.0.0.1:9/partner";
    const back = await fetch(`${login}/authorize`, {
      method: "POST",
      body: new URLSearchParams({ decision: "accept", upn, redirect_uri }),
      redirect: "manual",
    });
    const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", code, redirect_uri };
    const answer = await this.tokenAnswer("organizations", "https://graph.microsoft.com", form);
    return String(answer.json.refresh_token);
  }

  fault(tenantId: string, fault: Json): Promise<Json> {
    return this.admin("POST", `/admin/tenants/${tenantId}/faults`, fault);
  }

  async tokenAnswer(
    tenantId: string,
    audience = "https://graph.microsoft.com",
    form: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      scope: `${audience}/.default`,
      grant_type: "client_credentials",
      ...form,
    });
    return read(
      await fetch(`${this.simulator.cloudUrl}/login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, {
        method: "POST",
        body,
      }),
    );
  }

  async post(path: string, body: URLSearchParams): Promise<Answer> {
    return read(await fetch(this.simulator.cloudUrl + path, { method: "POST", body }));
  }

  /** A token, kept until `fresh` is asked for. */
  async token(tenantId: string, audience = "https://graph.microsoft.com", fresh = false): Promise<string> {
    const key = `${tenantId} ${audience}`;
    const kept = this.tokens.get(key);
    if (kept && !fresh) return kept;
    const answer = await this.tokenAnswer(tenantId, audience);
    if (answer.status !== 200) throw new Error(answer.text);
    const token = String(answer.json.access_token);
    this.tokens.set(key, token);
    return token;
  }

  /** A call to any host under its real URL, with the token of its own audience. */
  async call(
    tenantId: string,
    method: string,
    url: string,
    options: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const real = new URL(url.startsWith("https://") ? url : `https://graph.microsoft.com${url}`);
    const token = options.token ?? (await this.token(tenantId, real.origin));
    const target = `${this.simulator.cloudUrl}/${real.host}${real.pathname}${real.search}`;
    const response = await fetch(target, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...options.headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    return read(response);
  }

  /** All pages of a Graph collection. */
  async all(tenantId: string, url: string): Promise<Json[]> {
    const rows: Json[] = [];
    let next: string | null = url;
    while (next !== null) {
      const page: Answer = await this.call(tenantId, "GET", next);
      if (page.status !== 200) throw new Error(`${next}: ${page.status} ${page.text}`);
      rows.push(...(page.json.value ?? []));
      next = typeof page.json["@odata.nextLink"] === "string" ? page.json["@odata.nextLink"] : null;
    }
    return rows;
  }

  cmdlet(tenantId: string, CmdletName: string, Parameters: Json = {}): Promise<Answer> {
    return this.call(tenantId, "POST", `https://outlook.office365.com/adminapi/beta/${tenantId}/InvokeCommand`, {
      body: { CmdletInput: { CmdletName, Parameters } },
    });
  }

  feed(tenantId: string, method: string, path: string): Promise<Answer> {
    return this.call(tenantId, method, `https://manage.office.com/api/v1.0/${tenantId}/activity/feed${path}`);
  }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: Answer["json"] = {};
  try {
    json = JSON.parse(text) as Answer["json"];
  } catch {
    // not JSON on purpose in some traps
  }
  return { status: response.status, headers: response.headers, text, json };
}
