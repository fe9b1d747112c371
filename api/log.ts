import { pino } from "pino";

/** Fields a log line may hold: ids, codes, numbers. Never bodies, headers, query strings or text of a tenant (S41). */
export type LogFields = Partial<{
  requestId: string;
  method: string;
  route: string;
  status: number;
  ms: number;
  memberId: string;
  tenantId: string;
  incidentId: string;
  commandId: string;
  errorName: string;
  errorCode: string;
  port: number;
}>;
export type Log = Record<"info" | "warn" | "error", (event: string, fields?: LogFields) => void>;

/** The name and code of an error, without its message: messages quote what they failed on. */
export function safeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const cause = error.cause as { code?: unknown } | undefined;
  const code = (error as { code?: unknown }).code ?? cause?.code;
  return { errorName: error.name, ...(typeof code === "string" ? { errorCode: code } : {}) };
}

export function createLog(level: string): Log {
  const logger = pino({ level, base: null });
  const line = (kind: "info" | "warn" | "error") => (event: string, fields?: LogFields) =>
    logger[kind](fields ?? {}, event);
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
