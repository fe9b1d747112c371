export type Toast = { id: number; text: string; tone: "plain" | "notable" };

let next = 1;
/** What the page says once, at its lower edge; a person can close each. */
export const toasts = $state<{ list: Toast[] }>({ list: [] });

export function toast(text: string, tone: Toast["tone"] = "plain"): void {
  const id = next++;
  toasts.list.push({ id, text, tone });
  setTimeout(() => dismissToast(id), tone === "notable" ? 12_000 : 5000);
}

export function dismissToast(id: number): void {
  toasts.list = toasts.list.filter((entry) => entry.id !== id);
}
