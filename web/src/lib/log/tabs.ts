import type { EventCategory } from "#domain/event/event.ts";

export type LogTab = { id: string; label: string; category: EventCategory | null };
/** Tabs of the log viewer; `all` has no category. */
export const LOG_TABS: readonly LogTab[] = [
  { id: "all", label: "All", category: null },
  { id: "logins", label: "Logins", category: "login" },
  { id: "exchange", label: "Exchange", category: "exchange" },
  { id: "email", label: "Email", category: "email" },
  { id: "sharepoint", label: "SharePoint", category: "sharepoint" },
  { id: "teams", label: "Teams", category: "teams" },
  { id: "directory", label: "Directory", category: "directory" },
];
export const tabOf = (id: string | null): LogTab => LOG_TABS.find((tab) => tab.id === id) ?? (LOG_TABS[0] as LogTab);
