import process from "node:process";

/** Where the API listens when it is another process (dev, tests); undefined when the API process mounts the portal. */
export const apiOrigin = (): string | undefined => process.env.PETRA_API_ORIGIN;
