import type { Context } from "./processes.ts";

/** Somebody who can sign in to the demo. */
export type SignIn = { who: string; email: string; password: string };

/** What the demo gets once API and simulated cloud run; Temporal may still be building. */
export type DemoOptions = { context: Context; replayFolder: string | undefined; say: (line: string) => void };

/** The people of the demo, with the passwords made at the first start. */
export function signIns({ secrets }: Pick<Context, "secrets">): SignIn[] {
  return [
    { who: "MSP admin", email: "admin@harborline.example", password: secrets.demoPasswords.admin },
    { who: "Guest of a client", email: "guest@client.example", password: secrets.demoPasswords.guest },
    { who: "SOC analyst", email: "analyst@petra.example", password: secrets.demoPasswords.analyst },
  ];
}
