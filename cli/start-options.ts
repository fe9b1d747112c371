import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a person asked of `npm start`. */
export type StartOptions = { dataDir: string; fresh: boolean; download: boolean; replayFolder: string | undefined };

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Reads the words after `npm start --`; paths are taken from `cwd`. Throws one sentence for a wrong one. */
export function readStartOptions(words: readonly string[], cwd: string, root: string): StartOptions {
  const options = {
    data: { type: "string" },
    fresh: { type: "boolean", default: false },
    download: { type: "boolean", default: false },
    replay: { type: "string" },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
  try {
    values = parseArgs({ args: [...words], options, allowPositionals: false }).values;
  } catch (error) {
    throw new Error(
      `${(error as Error).message.split(". ")[0]}. Known: --replay FOLDER, --fresh, --data DIR, --download.`,
    );
  }
  const replayFolder = values.replay === undefined ? undefined : resolve(cwd, values.replay);
  if (replayFolder !== undefined && !isFolder(replayFolder))
    throw new Error(`There is no folder ${replayFolder} to replay.`);
  return {
    dataDir: values.data === undefined ? resolve(root, ".data") : resolve(cwd, values.data),
    fresh: values.fresh ?? false,
    download: values.download ?? false,
    replayFolder,
  };
}
