/** What the command palette can jump to. */
export type FindAnswer = {
  tenants: { id: string; name: string; isSensitive: boolean }[];
  incidents: { id: string; number: number; account: string; tenant: string }[];
};
