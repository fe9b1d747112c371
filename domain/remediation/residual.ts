/** How long tokens issued before a revocation still open something: about an hour, with continuous access evaluation 15 minutes. */
const LIFETIME_MINUTES = { withContinuousEvaluation: 15, without: 60 } as const;

/** Until when what was issued before `acceptedAt` may still work (D1). ISO in, ISO out. */
export function residualUntil(acceptedAt: string, options: { hasContinuousEvaluation?: boolean } = {}): string {
  const minutes = options.hasContinuousEvaluation
    ? LIFETIME_MINUTES.withContinuousEvaluation
    : LIFETIME_MINUTES.without;
  return new Date(Date.parse(acceptedAt) + minutes * 60_000).toISOString();
}
