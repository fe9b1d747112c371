import { mendDriver } from "#db/driver-patch.ts";

mendDriver();
const { main } = await import("./serve.ts");
await main();
