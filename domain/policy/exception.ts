export const EXCEPTION_KINDS = ["expected-travel", "planned-work", "other"] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];
/** An exception ends by itself; nobody can make one for longer (S47). */
export const EXCEPTION_MAX_DAYS = 90;

/**
 * Something expected of one account for a time. It silences what Petra would do by itself and says so; detection, incident
 * and notification are as ever. The account's object id is always named; countries and addresses narrow it further (S47).
 */
export type PolicyException = {
  id: string;
  kind: ExceptionKind;
  accountObjectId: string;
  /** ISO 3166 codes, upper case; empty = anywhere. */
  countries: string[];
  /** Addresses as Microsoft saw them; empty = any. */
  addresses: string[];
  startsAt: string;
  endsAt: string;
  reason: string;
};

/** What an exception is compared with: values Microsoft vouches for. */
export type ExceptionFacts = {
  accountObjectId: string | null;
  /** Where the attacker's records of the incident come from; empty = not known. */
  countries: readonly string[];
  addresses: readonly string[];
  now: string;
};

/** A narrowed exception covers an incident only when everything in it lies inside: one act from elsewhere is not expected. */
const covers = (scope: readonly string[], seen: readonly string[]): boolean =>
  scope.length === 0 || (seen.length > 0 && seen.every((value) => scope.includes(value)));

/** The exception that holds for this incident now, or undefined. */
export function exceptionFor(
  exceptions: readonly PolicyException[],
  facts: ExceptionFacts,
): PolicyException | undefined {
  return exceptions.find(
    (one) =>
      one.accountObjectId === facts.accountObjectId &&
      one.startsAt <= facts.now &&
      facts.now < one.endsAt &&
      covers(one.countries, facts.countries) &&
      covers(one.addresses, facts.addresses),
  );
}
