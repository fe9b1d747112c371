const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null;

/**
 * j and k walk the elements marked `data-row` inside the node, Enter follows the row's link, `/` goes to the field
 * marked `data-find`. Rows stay where they are; only focus moves.
 */
export function listKeys(node: HTMLElement) {
  const rows = (): HTMLElement[] => [...node.querySelectorAll<HTMLElement>("[data-row]")];
  const focusable = (row: HTMLElement): HTMLElement => row.querySelector<HTMLElement>("a, button, summary") ?? row;

  function onkeydown(event: KeyboardEvent): void {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      const find = document.querySelector<HTMLElement>("[data-find]");
      if (find) {
        event.preventDefault();
        find.focus();
      }
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
    if (!next) return;
    event.preventDefault();
    const target = focusable(next);
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }
  window.addEventListener("keydown", onkeydown);
  return { destroy: () => window.removeEventListener("keydown", onkeydown) };
}
