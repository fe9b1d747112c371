import type { HomeView, IncidentCard, TenantRow } from "#domain/view/portal.ts";

const WATCHED: readonly TenantRow["phase"][] = ["scanning", "baselining", "trial", "active"];
const RANK: Record<IncidentCard["severity"], number> = { critical: 3, high: 2, medium: 1, low: 0 };

const isOpen = (card: IncidentCard): boolean => card.notContained || !card.contained;
const isAttack = (card: IncidentCard): boolean => card.kind !== "leftover-persistence";

/** Who needs somebody first: whoever still has an attacker inside, attacks before what old ones left, the worst, the newest. */
const byUrgency = (a: IncidentCard, b: IncidentCard): number =>
  Number(isOpen(b)) - Number(isOpen(a)) ||
  Number(isAttack(b)) - Number(isAttack(a)) ||
  RANK[b.severity] - RANK[a.severity] ||
  (a.detectedAt > b.detectedAt ? -1 : 1);

const accounts = (n: number): string => (n === 1 ? "One account is" : `${n} accounts are`);

/** The sentence that answers "do I have to get up". */
function sentenceOf(active: IncidentCard[], tenants: TenantRow[]): string {
  if (tenants.length === 0 && active.length === 0) return "No tenant is watched yet. Add the first one.";
  if (active.length === 0) return "Nobody is under attack, as far as Petra can see.";
  const open = active.filter(isOpen);
  if (open.length === 0)
    return `${accounts(active.length)} locked and waiting for the next step. No attacker has access any more.`;
  const locked = active.length - open.length;
  const others = locked > 0 ? ` Petra has locked ${locked} more.` : "";
  const first = open[0]?.account;
  return `${accounts(open.length)} under attack and not contained.${others} ${first?.displayName || first?.upn} comes first.`;
}

function secondOf(tenants: TenantRow[]): string | null {
  if (tenants.length === 0) return null;
  const users = tenants.reduce((sum, tenant) => sum + tenant.users, 0);
  const blind = tenants
    .map((tenant) => ({ name: tenant.name, why: whyBlind(tenant) }))
    .filter((entry): entry is { name: string; why: string } => entry.why !== null);
  const head = `${tenants.length} ${tenants.length === 1 ? "tenant" : "tenants"}, ${users.toLocaleString("en-US")} users.`;
  if (blind.length === 0) return head;
  const shown = blind.slice(0, 3).map(({ name, why }) => `${name} (${why})`);
  const more = blind.length > 3 ? ` and ${blind.length - 3} more` : "";
  return `${head} Not watched: ${shown.join(", ")}${more}.`;
}

function whyBlind(tenant: TenantRow): string | null {
  if (tenant.accessLostReason) return "access lost";
  if (!WATCHED.includes(tenant.phase)) return tenant.phase === "consent" ? "waiting for consent" : tenant.phase;
  return tenant.coverage.some((source) => source.state === "blind") ? "a source is blind" : null;
}

/** Home from rows that are already in the viewer's scope. */
export function homeView(input: { active: IncidentCard[]; recent: number; tenants: TenantRow[] }): HomeView {
  const { recent, tenants } = input;
  const active = input.active.toSorted(byUrgency);
  return { sentence: sentenceOf(active, tenants), second: secondOf(tenants), badge30d: recent, active, tenants };
}
