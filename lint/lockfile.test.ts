import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkLockfile, type Lockfile, type Manifest } from "./lockfile.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));

const sound: Lockfile["packages"][string] = { version: "1.0.0", integrity: "sha512-x", license: "MIT" };

test("the lockfile is complete on every platform, pinned, whole, and runs no undecided script [S53]", () => {
  expect(checkLockfile(read("package.json") as Manifest, read("package-lock.json") as Lockfile)).toEqual([]);
});

test.each<[string, Manifest, Lockfile["packages"][string], RegExp]>([
  ["a range", { dependencies: { a: "^1.0.0" } }, sound, /not pinned/],
  ["a missing platform package", {}, { ...sound, optionalDependencies: { "a-win32": "1.0.0" } }, /lockfile lacks/],
  ["a package without integrity", {}, { version: "1.0.0", license: "MIT" }, /no integrity/],
  ["a foreign source", {}, { ...sound, resolved: "git+ssh://git@host/a.git" }, /comes from/],
  ["a new install script", {}, { ...sound, hasInstallScript: true }, /install script/],
  ["an unlisted licence", {}, { ...sound, license: "AGPL-3.0" }, /licence/],
])("%s in the lockfile is refused [S53]", (_what, manifest, entry, message) => {
  expect(checkLockfile(manifest, { packages: { "": {}, "node_modules/a": entry } })).toEqual([
    expect.stringMatching(message),
  ]);
});
