import { DAY, HOUR } from "../clock.ts";
import { RESOURCE } from "../state/identifiers.ts";
import type { Grant, ServicePrincipal, SimUser } from "../state/types.ts";
import { consent } from "./consent-to-app.ts";
import { addressIn } from "./networks.ts";
import type { Session, Stage } from "./stage.ts";

export interface OfferedApp {
  appId: string;
  name: string;
  scope: string;
  ownerTenant: string;
  publisher?: string;
  replyUrl: string;
}

interface Series {
  grants: { sp: ServicePrincipal; grant: Grant }[];
  /** Records of the owner's own clicks. */
  clicks: string[];
  /** Records of what the applications then did from their servers. */
  uses: string[];
  servers: string[];
  last: Session;
}

/** One person consents to several applications over days; each then fetches mail from its server. */
export function consentSeries(
  stage: Stage,
  start: number,
  user: SimUser,
  apps: readonly OfferedApp[],
  network: string,
): Series {
  const { rng } = stage;
  const graph = { appId: RESOURCE.graph.appId, name: RESOURCE.graph.name };
  const out: Series = { grants: [], clicks: [], uses: [], servers: [], last: stage.ownSession(user, "office") };
  stage.collect();
  for (const [index, app] of apps.entries()) {
    const own = stage.ownSession(user, "office");
    const at = start + index * DAY + rng.int(0, 3) * HOUR;
    stage.signIn(at - 60_000, user, own);
    out.grants.push(consent(stage, at, user, own, app));
    out.clicks.push(...stage.collect());
    const server = addressIn(network, rng);
    const agent = { userAgent: "", os: "", browser: "" };
    const session: Session = {
      ...stage.session(server, agent, { id: app.appId, name: app.name }),
      client: "Client=REST;Client=RESTSystem;;",
    };
    const token = {
      interactive: false,
      resource: graph,
      requestType: "OAuth2:Token",
      clientAppUsed: "Mobile Apps and Desktop clients",
    };
    stage.signIn(at + 5_000, user, session, token);
    for (let n = 0; n < 3; n++) {
      const later = at + (n + 1) * 40 * 60_000;
      stage.signIn(later, user, session, token);
      stage.readMail(later + 4_000, user, session, rng.sample(user.mailbox?.messages ?? [], 5));
    }
    out.servers.push(server.ip);
    out.uses.push(...stage.collect());
    out.last = session;
  }
  return out;
}
