import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const NOBODY = 65534;

/** How programs that refuse to run as root are started, and where their files lie. */
export type Unprivileged = {
  /** Put in front of the command. */
  prefix: string[];
  /** Given to spawn as uid and gid; absent when the prefix or the present user does. */
  ids: { uid?: number; gid?: number };
  /** Where the program's folder can be read by it. */
  readable: (folder: string) => string;
  /** Where the program may keep `folder`; made when missing, owned by the program's user. */
  writable: (folder: string) => string;
};

const make = (folder: string): string => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
};

/**
 * Chooses by what the machine allows; no system user is ever added. An ordinary user runs as himself. Root runs in a user
 * namespace in which it has another number, so that even folders of mode 700 stay usable; without user namespaces as
 * `nobody`, with copies of the program and the data below /var, because `nobody` cannot enter private folders.
 */
export function chooseUnprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) return { prefix: [], ids: {}, readable: (folder) => folder, writable: make };
  const prefix = ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];
  if (process.env.PETRA_NO_USER_NAMESPACE !== "1" && spawnSync(prefix[0]!, [...prefix.slice(1), "true"]).status === 0)
    return { prefix, ids: {}, readable: (folder) => folder, writable: make };
  return {
    prefix: [],
    ids: { uid: NOBODY, gid: NOBODY },
    readable: (folder) => {
      const copy = `/var/cache/petra/${createHash("sha256").update(folder).digest("hex").slice(0, 16)}/${basename(folder)}`;
      if (existsSync(copy)) return copy;
      const temporary = `${copy}.${process.pid}`;
      cpSync(folder, temporary, { recursive: true, verbatimSymlinks: true });
      try {
        renameSync(temporary, copy);
      } catch (error) {
        rmSync(temporary, { recursive: true, force: true });
        if (!existsSync(copy)) throw error;
      }
      return copy;
    },
    writable: (folder) => {
      const place = join("/var/lib/petra", createHash("sha256").update(folder).digest("hex").slice(0, 16));
      mkdirSync("/var/lib/petra", { recursive: true, mode: 0o755 });
      make(place);
      chownSync(place, NOBODY, NOBODY);
      return place;
    },
  };
}
