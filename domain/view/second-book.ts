/** What comparing Microsoft's log of Petra's application with Petra's own ledger found (S49). */
export type SecondBook = {
  outside: {
    actKey: string;
    operation: string;
    target: string;
    occurredAt: string;
    foundAt: string;
    explainedBy: string | null;
    explainedReason: string | null;
  }[];
  /** Accepted, and not shown by Microsoft's log within a day. */
  unconfirmed: { actionId: string; incidentId: string | null; kind: string; target: string; acceptedAt: string }[];
};
