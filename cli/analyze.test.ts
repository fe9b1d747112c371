import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { analyzeReportSchema } from "#domain/incident/analyze-report.schema.ts";
import { readFolder } from "./analyze-folder.ts";

const root = mkdtempSync(join(tmpdir(), "petra-analyze-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const record = (n: number, extra: object = {}) => ({
  Id: `rec-${n}`,
  CreationTime: `2026-06-0${(n % 8) + 1}T10:00:00`,
  RecordType: 2,
  UserType: 0,
  UserId: "ann@fabrikam.example",
  Workload: "Exchange",
  Operation: "Send",
  ClientIP: "81.130.14.20",
  ...extra,
});
const quoted = (value: unknown) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
const csv = (rows: string[]) => ["CreationDate,UserIds,Operations,AuditData", ...rows].join("\r\n");

function folder(name: string, files: Record<string, string | Buffer>): string {
  const path = join(root, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), content);
  }
  return path;
}

const read = (path: string) => readFolder(path, () => undefined);

it("the same records are found in CSV, JSON, NDJSON, pages, gzip and UTF-16, nested and wrongly named", async () => {
  const body = csv([`x,ann,Send,${quoted(record(1))}`, `x,ann,Send,${quoted(record(2))}`]);
  const path = folder("forms", {
    "a.csv": `\uFEFF${body}`,
    "deep/b.txt": JSON.stringify([record(1), record(2)], null, 2),
    "deep/c.log": `${JSON.stringify(record(1))}\n${JSON.stringify(record(2))}\n`,
    "d.json": JSON.stringify({ "@odata.context": "x", value: [record(1), record(2)] }),
    "e.bin": gzipSync(body),
    "f.csv": Buffer.from(`\uFEFF${body}`, "utf16le"),
    "g.csv": csv([`x;ann;Send;${quoted(record(1))}`, `x;ann;Send;${quoted(record(2))}`]).replace(
      "CreationDate,UserIds,Operations,AuditData",
      "CreationDate;UserIds;Operations;AuditData",
    ),
  });
  const logs = await read(path);
  expect(logs.events.map((e) => e.recordId).sort()).toEqual(["rec-1", "rec-2"]);
  expect(logs.sources.map((s) => [s.records, s.understood, s.unreadable])).toEqual(Array(7).fill([2, 2, 0]));
  expect(logs.unreadable).toEqual([]);
});

it("rows whose time column a query left out stand at the end of the log, and alone they are not read", async () => {
  const timeless = { ...record(9), CreationTime: undefined, Type: "OfficeActivity", OfficeWorkload: "Exchange" };
  const row = JSON.stringify([timeless]);
  const both = await read(folder("timeless", { "a.json": row, "b.json": JSON.stringify([record(1), record(2)]) }));
  const last = both.events.find((e) => e.recordId === "rec-9");
  expect(last).toMatchObject({ occurredAt: "2026-06-03T10:00:00.000Z", params: { timeNotRecorded: "true" } });
  expect(both.sources.find((s) => s.file === "a.json")).toMatchObject({ understood: 1, unreadable: 0, from: null });
  const alone = await read(folder("timeless-alone", { "a.json": row }));
  expect(alone.events).toEqual([]);
  expect(alone.unreadable).toHaveLength(1);
});

it("hostile files are each listed and the good one reads as if alone [S51]", async () => {
  const good = JSON.stringify([record(1)]);
  const path = folder("hostile", {
    "good.json": good,
    "empty.json": "",
    "notes.md": "# nothing",
    "cut.json": '[{"Id":"x"',
    "image.png": Buffer.from([0x89, 0x50, 0, 0, 1, 2, 0, 3, 0, 0]),
    "broken.gz": Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
  });
  symlinkSync("/etc/passwd", join(path, "outside"));
  execFileSync("mkfifo", [join(path, "pipe")]);
  writeFileSync(join(path, "quotes.csv"), csv([`x,ann,Send,"{never closed`, `x,ann,Send,${quoted(record(2))}`]));
  writeFileSync(
    join(path, "mixed.ndjson"),
    `${JSON.stringify(record(3))}\n{"broken": \n${JSON.stringify(record(4))}\nnot json\n`,
  );
  const logs = await read(path);
  const alone = await read(folder("alone", { "good.json": good }));
  expect(logs.events.filter((e) => e.recordId === "rec-1")).toEqual(alone.events);
  expect(logs.events.map((e) => e.recordId)).toContain("rec-2");
  expect(logs.events.map((e) => e.recordId)).toContain("rec-3");
  const listed = new Map(logs.unreadable.map((u) => [u.file, u.reason]));
  expect(listed.get("outside")).toBe("link, not followed");
  expect(listed.get("pipe")).toBe("not a regular file");
  for (const file of ["empty.json", "notes.md", "cut.json", "image.png", "broken.gz", "quotes.csv", "mixed.ndjson"])
    expect([...listed.keys()]).toContain(file);
});

it("a gzip bomb stops and is listed [S51]", { timeout: 60_000 }, async () => {
  const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20), { level: 9 });
  const bomb = Buffer.concat(Array(20).fill(zeros));
  const logs = await read(folder("bomb", { "bomb.gz": bomb }));
  expect(logs.events).toEqual([]);
  expect(logs.unreadable).toHaveLength(1);
});

it("the program prints a table without control characters and JSON by the public contract [S24]", {
  timeout: 60_000,
}, async () => {
  const evil = record(1, {
    RecordType: 1,
    Operation: "New-InboxRule",
    ClientIP: "45.76.1.2",
    Parameters: [
      { Name: "Name", Value: "." },
      { Name: "ForwardTo", Value: "a@evil.example" },
      { Name: "SubjectContainsWords", Value: "\u001b[31mbank\u0007\u202E" },
    ],
  });
  const path = folder("print", { "l\u001b[31m.json": JSON.stringify([evil]), "x.json": JSON.stringify([record(2)]) });
  const out = join(root, "report.json");
  const run = () =>
    promisify(execFile)(process.execPath, [resolve(import.meta.dirname, "analyze.ts"), path, "--json", out], {
      encoding: "latin1",
    });
  const { stdout, stderr } = await run();
  const bytes = (text: string) => /[\u0007\u001b\u009b]|\r(?!\n)/.test(Buffer.from(text, "latin1").toString("utf8"));
  expect(bytes(stdout)).toBe(false);
  expect(bytes(stderr)).toBe(false);
  const report = analyzeReportSchema.parse(JSON.parse(readFileSync(out, "utf8")));
  expect(report.sources).toHaveLength(2);
  expect(report.notable.length + report.incidents.length).toBeGreaterThan(0);
  await expect(run()).rejects.toThrow();
});
