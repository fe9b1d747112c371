import type { EventFacts, NormalizedEvent } from "#domain/event/event.ts";

type Seen = { event: NormalizedEvent; facts: EventFacts };

/** Acts an intruder goes on to; none of them from the odd place speaks for the owner. */
const CHANGES =
  /^(inbox-rule|mailbox\.|app\.(consent|grant|credential)|auth-method|device\.register|role\.|mail\.send|transport-rule|connector)/;

/**
 * Why an oddity was judged innocent, a sentence each, from the records alone: known device, second factor, colleagues on
 * the same network, nothing changed from there.
 */
export function innocence(odd: Seen[], all: Seen[], colleagues: number): string[] {
  const out: string[] = [];
  const ips = new Set(odd.map((seen) => seen.event.client.ip).filter((ip) => ip !== undefined));
  const first = odd[0]?.event.occurredAt ?? "";
  const there = all.filter(({ event }) => event.client.ip !== undefined && ips.has(event.client.ip));
  const seen = [...odd, ...there];
  if (seen.some(({ event }) => event.client.isCompliant || event.client.isManaged))
    out.push("On a device the company manages");
  else if (seen.some(({ event }) => usedBefore(event.client.deviceId, all, first)))
    out.push("On a device this account had used before");
  if (colleagues > 1) out.push(`${colleagues} accounts of this tenant sign in through the same network`);
  if (seen.some(({ event }) => event.signIn?.authRequirement === "multi"))
    out.push("A second factor was asked for and met");
  const changes = there.filter(({ event }) => event.outcome !== "failure" && CHANGES.test(event.action)).length;
  if (ips.size > 0 && changes === 0)
    out.push("Nothing was changed from there: no rule, no consent, no second factor, no mail sent");
  if (out.length === 0) out.push("By itself it weighs too little: nothing else of an attack was seen around it");
  return out;
}

const usedBefore = (deviceId: string | undefined, all: Seen[], before: string): boolean =>
  deviceId !== undefined &&
  all.some(
    ({ event }) => event.client.deviceId === deviceId && event.occurredAt < before && event.outcome === "success",
  );
