export const APP_ERROR_CODES = [
  "not_found",
  "forbidden",
  "unauthenticated",
  "second_factor_required",
  "conflict",
  "invalid",
  "rate_limited",
  "unavailable",
  "internal",
] as const;
export type AppErrorCode = (typeof APP_ERROR_CODES)[number];

/** A fault with a code from the closed set; expected outcomes are values, not errors (P12). */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly detail: Record<string, unknown>;
  constructor(code: AppErrorCode, message: string, detail: Record<string, unknown> = {}) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.detail = detail;
  }
}
