import { createReadStream } from "node:fs";
import { lstat, opendir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { PassThrough, Transform, type TransformCallback } from "node:stream";
import { createGunzip } from "node:zlib";
import { encodingOf, isGzip } from "#domain/event/intake/encoding.ts";
import { LogReader, type Read } from "#domain/event/intake/reader.ts";

export const MAX_FILES = 100_000;
export const MAX_DEPTH = 32;
const BOMB_RATIO = 200;
const BOMB_FLOOR = 1024 ** 3;

/** A file to read, by its path below the folder, or something that is refused. */
export type Found = { path: string; file: string } | { file: string; refused: string };

/**
 * Every regular file below a folder, in name order. Links, pipes, sockets and devices are refused and named; the real
 * path of each file must lie inside the folder.
 */
export async function* filesBelow(folder: string): AsyncGenerator<Found> {
  const root = await realpath(folder);
  let count = 0;
  const stack: { path: string; depth: number }[] = [{ path: root, depth: 0 }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    const names: string[] = [];
    try {
      for await (const entry of await opendir(at.path)) names.push(entry.name);
    } catch {
      yield { file: relative(root, at.path) || ".", refused: "folder cannot be read" };
      continue;
    }
    const folders: typeof stack = [];
    for (const name of names.sort()) {
      const path = join(at.path, name);
      const file = relative(root, path);
      const found = await judged(root, path, file);
      if (found === "folder") {
        if (at.depth + 1 >= MAX_DEPTH) yield { file, refused: `folders are nested deeper than ${MAX_DEPTH}` };
        else folders.push({ path, depth: at.depth + 1 });
        continue;
      }
      count += 1;
      if (count > MAX_FILES) {
        yield { file, refused: `more than ${MAX_FILES} files; the rest is not read` };
        return;
      }
      yield found;
    }
    stack.push(...folders.reverse());
  }
}

async function judged(root: string, path: string, file: string): Promise<Found | "folder"> {
  try {
    const stat = await lstat(path);
    if (stat.isSymbolicLink()) return { file, refused: "link, not followed" };
    if (stat.isDirectory()) return "folder";
    if (!stat.isFile()) return { file, refused: "not a regular file" };
    const real = await realpath(path);
    if (!real.startsWith(root + sep)) return { file, refused: "lies outside of the folder" };
    return { path, file };
  } catch {
    return { file, refused: "cannot be read" };
  }
}

/** Stops a gzip that unfolds to more than 200 times its size beyond a gigabyte. */
class BombGuard extends Transform {
  #out = 0;
  readonly #packed: () => number;

  constructor(packed: () => number) {
    super();
    this.#packed = packed;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#out += chunk.length;
    if (this.#out > BOMB_FLOOR && this.#out > this.#packed() * BOMB_RATIO)
      done(new Error("unfolds to more than 200 times its size"));
    else done(null, chunk);
  }
}

async function headOf(path: string): Promise<Buffer> {
  for await (const chunk of createReadStream(path, { start: 0, end: 4095 })) return chunk as Buffer;
  return Buffer.alloc(0);
}

function bytesOf(path: string, packed: boolean): AsyncIterable<Buffer> {
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!packed) return raw;
  let read = 0;
  raw.on("data", (chunk) => {
    read += chunk.length;
  });
  const out = new PassThrough({ highWaterMark: 256 * 1024 });
  const gunzip = createGunzip();
  const guard = new BombGuard(() => read);
  const fail = (error: Error): void => {
    raw.destroy();
    out.destroy(error);
  };
  raw.on("error", fail);
  gunzip.on("error", fail);
  guard.on("error", fail);
  raw.pipe(gunzip).pipe(guard).pipe(out);
  return out;
}

/** Reads one file whatever it is; hands each record or fault to `take`. Returns the format it turned out to be. */
export async function readLogFile(path: string, take: (read: Read) => void): Promise<string> {
  const reader = new LogReader();
  let packed = false;
  try {
    packed = isGzip(await headOf(path));
    let decoder: InstanceType<typeof TextDecoder> | undefined;
    for await (const chunk of bytesOf(path, packed)) {
      if (!decoder) {
        const encoding = encodingOf(chunk);
        if (!encoding) {
          take({ line: 0, fault: "not text" });
          return "not-a-log";
        }
        decoder = new TextDecoder(encoding);
      }
      for (const read of reader.push(decoder.decode(chunk, { stream: true }))) take(read);
      if (reader.format === "not-a-log") break;
    }
    if (reader.format !== "not-a-log")
      for (const read of [...reader.push(decoder?.decode() ?? ""), ...reader.end()]) take(read);
  } catch (error) {
    take({
      line: 0,
      fault: packed ? `gzip: ${error instanceof Error ? error.message : "broken"}` : "file cannot be read",
    });
  }
  const format = reader.format ?? "not-a-log";
  return packed && format !== "not-a-log" ? `${format}+gzip` : format;
}
