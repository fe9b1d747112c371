import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { bundleWorkflows } from "#temporal/bundle.ts";

/** `node temporal/build-bundle.ts FILE`: the workflow bundle for PETRA_WORKFLOW_BUNDLE, made where the worker's image is made. */
const file = process.argv[2] ?? "build/workflow-bundle.js";
const { code } = await bundleWorkflows();
await mkdir(dirname(file), { recursive: true });
await writeFile(file, code);
