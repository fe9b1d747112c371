type LockedPackage = {
  version?: string;
  integrity?: string;
  resolved?: string;
  license?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
};

/** The parts of package-lock.json that are checked. */
export type Lockfile = { packages: Record<string, LockedPackage> };

/** The parts of package.json that are checked. */
export type Manifest = {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
};

const LICENCES = [
  "MIT",
  "MIT-0",
  "ISC",
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "Unlicense",
  "CC0-1.0",
  "CC-BY-4.0",
  "MPL-2.0",
  "OFL-1.1",
  "Zlib",
];
// Packages whose entry carries no licence field; their licence files were read.
const READ_BY_HAND: Record<string, string> = { "svelte-toolbelt": "MIT", runed: "MIT", unionfs: "Unlicense" };

const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Every way in which the lockfile would let an install differ, fail elsewhere, or run what nobody allowed; empty when sound. */
export function checkLockfile(manifest: Manifest, lockfile: Lockfile): string[] {
  const packages = Object.entries(lockfile.packages).filter(([path]) => path !== "");
  const present = new Set(packages.map(([path]) => nameOf(path)));
  const found: string[] = [];
  for (const group of [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies])
    for (const [name, version] of Object.entries(group ?? {}))
      if (!/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        found.push(`${name} is not pinned exactly: ${version}`);
  for (const [path, entry] of packages) {
    const name = nameOf(path);
    for (const optional of Object.keys(entry.optionalDependencies ?? {}))
      if (!present.has(optional))
        found.push(`${name} wants ${optional}, which the lockfile lacks: npm ci fails on its platform`);
    if (!entry.integrity) found.push(`${name} has no integrity`);
    // A package of a registry is a tarball over https; git, file and link sources are not.
    if (entry.link || (entry.resolved && !/^https:\/\/[^/]+\/.+\.tgz$/.test(entry.resolved)))
      found.push(`${name} comes from ${entry.resolved ?? "a link"}`);
    if (entry.hasInstallScript && !isScriptDecided(name, manifest.allowScripts ?? {}))
      found.push(`${name} has an install script nobody decided about`);
    const licence = entry.license ?? READ_BY_HAND[name];
    if (!licence || !isAllowed(licence)) found.push(`${name} has the licence ${licence ?? "(none)"}`);
  }
  return found;
}

// Sister packages for other platforms share their decision with the one for Linux x64.
const isScriptDecided = (name: string, decided: Record<string, boolean>): boolean =>
  Object.keys(decided).some(
    (known) => known === name || (known.endsWith("/linux-x64") && name.startsWith(known.slice(0, -"linux-x64".length))),
  );

const isAllowed = (licence: string): boolean =>
  licence
    .replace(/[()]/g, "")
    .split(" AND ")
    .every((part) => part.split(" OR ").some((choice) => LICENCES.includes(choice.trim())));
