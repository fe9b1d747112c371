import { ensureNamespace, untilServing } from "./servers/temporal-namespace.ts";

const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = "petra" } = process.env;
if (!address) throw new Error("TEMPORAL_ADDRESS is missing: host:port of the Temporal server.");
if (!(await untilServing(address, 120_000))) throw new Error(`No Temporal server answers at ${address}.`);
await ensureNamespace(address, namespace);
console.log(`The namespace ${namespace} is ready.`);
