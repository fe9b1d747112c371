/** One broken rule of the house: where, and what to do instead. */
export type Finding = { file: string; line: number; message: string };

type Rule = { pattern: RegExp; applies: (file: string) => boolean; message: string };

// scenarios/ and what lies beside the portal's sources serve tests and the build.
const isTest = (file: string): boolean => /\.test\.ts$|\/(testing|test)\/|^scenarios\/|^web\/(?!src\/)/.test(file);
const isCode = (file: string): boolean => /\.(ts|mjs|cjs|svelte)$/.test(file);
const within = (file: string, ...folders: string[]): boolean => folders.some((folder) => file.startsWith(`${folder}/`));

const RULES: readonly Rule[] = [
  {
    pattern: /\bsql\.raw\(|\bsql\.unsafe\(|\.unsafe\(/,
    applies: (file) =>
      isCode(file) &&
      !isTest(file) &&
      !within(file, "db/migrations", "cli/servers", "lint") &&
      file !== "db/migrate.ts",
    message: "raw SQL text only in migrations: use the query builder or the sql tag with parameters",
  },
  {
    pattern: /\{@html\b|\.innerHTML\b|\binsertAdjacentHTML\b/,
    applies: (file) => within(file, "web"),
    message: "no HTML from values: render text, or a component",
  },
  {
    pattern: /\bprocess\.env\b/,
    applies: (file) =>
      isCode(file) &&
      !isTest(file) &&
      !/(^|\/)env\.ts$/.test(file) &&
      !within(file, "cli", "lint", "bench") &&
      file.includes("/"),
    message: "process.env only in env.ts: take the value from the process's environment schema",
  },
  {
    pattern: /from "node:child_process"|from 'node:child_process'|\bnew Function\(|\beval\(/,
    applies: (file) => isCode(file) && !isTest(file) && !within(file, "cli", "lint", "bench"),
    message: "no child processes and no generated code outside the launcher",
  },
  {
    pattern: /\bDate\.now\(\)|\bnew Date\(\)|\bMath\.random\(\)|\bcrypto\.randomUUID\(\)/,
    applies: (file) => within(file, "domain", "detections") && isCode(file) && !isTest(file),
    message: "domain and detections are pure: receive the time and the ids",
  },
  {
    pattern: /\bNODE_TLS_REJECT_UNAUTHORIZED\s*[:=]\s*["']?0|rejectUnauthorized:\s*false/,
    applies: (file) => isCode(file) && !isTest(file) && !within(file, "lint"),
    message: "certificates are always checked: add the authority instead",
  },
  {
    pattern: /\b(test|it|describe)\.(skip|only|todo|fails)\(/,
    applies: (file) => isTest(file) && !within(file, "lint"),
    message: "no skipped, focused or unwritten tests (skipIf with a reason for missing data sets is allowed)",
  },
];

/** Checks one file's text against the rules that apply to its path (relative, with forward slashes). */
export function checkSource(file: string, text: string): Finding[] {
  const rules = RULES.filter((rule) => rule.applies(file));
  if (rules.length === 0) return [];
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) return [];
    return rules
      .filter((rule) => rule.pattern.test(line))
      .map((rule) => ({ file, line: index + 1, message: rule.message }));
  });
}

const PATH = /^(?:\.?[\w@-]+\/)*[\w.@+()[\]-]+$/;

/** The paths of the repository that a Markdown text names, in links and in `code` that begins with a top-level folder. */
export function pathsNamed(
  text: string,
  topLevel: ReadonlySet<string>,
): { line: number; path: string; isLink: boolean }[] {
  let fenced = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*```/.test(line)) fenced = !fenced;
    if (fenced) return [];
    const links = [...line.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({
      path: match[1]!.split("#")[0]!,
      isLink: true,
    }));
    const code = [...line.matchAll(/`([^`]+)`/g)].map((match) => ({
      path: match[1]!.replace(/\/$/, ""),
      isLink: false,
    }));
    return [
      ...links.filter(({ path }) => path && !/^[a-z]+:/.test(path)),
      ...code.filter(({ path }) => PATH.test(path) && path.includes("/") && topLevel.has(path.split("/")[0]!)),
    ].map((found) => ({ ...found, line: index + 1 }));
  });
}
