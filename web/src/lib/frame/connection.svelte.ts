/** Whether the page's live stream stands; the top bar says it, the page that listens sets it. */
export const connection = $state<{ state: "none" | "connecting" | "live" | "lost" }>({ state: "none" });
