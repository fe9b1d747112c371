import type { AgentFact } from "#domain/event/event.ts";

/** `1 message`, `2 messages`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `1 message was`, `2 messages were`. */
export const was = (n: number, one: string): string => `${plural(n, one)} ${n === 1 ? "was" : "were"}`;

/** `chrome on Windows`, `axios`. */
export const clientOf = (agent: AgentFact | undefined): string =>
  agent ? `${agent.family}${agent.os ? ` on ${agent.os}` : ""}` : "an unknown client";
