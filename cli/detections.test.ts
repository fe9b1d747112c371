import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

const PROGRAM = join(import.meta.dirname, "detections.ts");
let folder: string;
/** Each test starts a process or two, which takes its time on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

const rule = (title: string, id: string, line: string) =>
  `title: ${title}\nid: ${id}\nlevel: high\nlogsource:\n  product: m365\n  service: audit\ndetection:\n  sel:\n    ${line}\n  condition: sel\n`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "petra-own-"));
  mkdirSync(join(folder, "in/exchange"), { recursive: true });
  writeFileSync(
    join(folder, "in/exchange/good.yml"),
    rule("Inbox rule made", "good-rule-1", "Operation: New-InboxRule"),
  );
  writeFileSync(join(folder, "in/placeholder.yml"), rule("By nobody known", "bad-rule-1", "UserId|expand: '%Admins%'"));
  writeFileSync(join(folder, "in/broken.yml"), "title: [");
  writeFileSync(join(folder, "in/colour.yml"), rule("\u001b[31mred", "red-rule-1", "Operation: x"));
  writeFileSync(join(folder, "secret.yml"), rule("Outside", "outside-1", "Operation: x"));
  symlinkSync(join(folder, "secret.yml"), join(folder, "in/link.yml"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", env: { PATH: process.env.PATH } });

it("says of each rule whether it loads and why not, in plain text whatever a rule holds", () => {
  const { stdout, status } = run("import-sigma", join(folder, "in"));
  expect(status).toBe(0);
  expect(stdout).toMatch(/^loaded {3}high {6}Inbox rule made {2,}exchange\/good\.yml$/m);
  expect(stdout).toMatch(/placeholder\.yml\n {11}The modifier "expand" needs the values behind its placeholders/);
  expect(stdout).toMatch(/broken\.yml\n {11}The file is not valid YAML/);
  expect(stdout).toMatch(/link\.yml\n {11}It is a link; links are not followed\./);
  expect(stdout).toContain("2 loaded, 3 refused.");
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("Outside");
});

it("copies what loads and nothing else, and overwrites nothing", () => {
  const to = join(folder, "own");
  mkdirSync(join(to, "exchange"), { recursive: true });
  writeFileSync(join(to, "exchange/good.yml"), "mine");
  expect(run("import-sigma", join(folder, "in"), "--to", to).stderr).toContain(
    `1 files copied to ${to}; 1 were there already`,
  );
  expect(readFileSync(join(to, "exchange/good.yml"), "utf8")).toBe("mine");
  expect(existsSync(join(to, "colour.yml"))).toBe(true);
  expect(existsSync(join(to, "broken.yml"))).toBe(false);
});

it.each([
  [["import-sigma", "/nowhere/at/all"], "/nowhere/at/all is not a folder."],
  [["list", "/nowhere/at/all"], "PETRA_OWN_DETECTIONS names /nowhere/at/all, which is not a folder that can be read."],
  [["list"], "Name a folder, or set PETRA_OWN_DETECTIONS."],
  [[], "Usage: npm run detections"],
])("%j ends with a sentence", (args, sentence) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(sentence);
});

it("an own rule's firing is notable in an analysis and raises nothing", () => {
  const logs = join(folder, "logs");
  const own = join(folder, "rules");
  mkdirSync(logs);
  mkdirSync(own);
  writeFileSync(join(own, "good.yml"), rule("Inbox rule made", "good-rule-1", "Operation: New-InboxRule"));
  const record = {
    Id: "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
    CreationTime: "2026-06-01T10:00:00",
    Operation: "New-InboxRule",
    Workload: "Exchange",
    RecordType: 1,
    UserId: "ann@fabrikam.example",
    UserType: 0,
    ResultStatus: "True",
    ClientIP: "81.130.14.20",
    Parameters: [
      { Name: "Name", Value: "Newsletters" },
      { Name: "MoveToFolder", Value: "News" },
    ],
  };
  writeFileSync(join(logs, "audit.json"), JSON.stringify([record]));
  const out = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "analyze.ts"), logs, "--own-detections", own, "--json", join(folder, "out.json")],
    { encoding: "utf8" },
  );
  expect(out.status).toBe(0);
  expect(out.stderr).toContain("1 own detections loaded, 0 refused");
  expect(out.stdout).toContain("No incidents.");
  expect(out.stdout).toContain('Your own rule "Inbox rule made" holds for one record.');
  const report = JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) as { notable: unknown[] };
  expect(report.notable).toContainEqual(
    expect.objectContaining({ kind: "sigma-good-rule-1", recordIds: [record.Id], at: "2026-06-01T10:00:00.000Z" }),
  );
});
