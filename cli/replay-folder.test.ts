import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { moveLine, writeRecords } from "./replay-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "petra-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("takes the record out of the row of an export, and knows the newest", async () => {
  const record = (id: string, at: string) =>
    JSON.stringify({
      Id: id,
      CreationTime: at,
      Operation: "UserLoggedIn",
      RecordType: 15,
      Workload: "AzureActiveDirectory",
    });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = [record("a", "2021-03-25T12:39:51"), record("b", "2021-03-26T09:06:42")];
  writeFileSync(
    join(folder, "export.csv"),
    `CreationDate,UserIds,Operations,AuditData\n${rows.map((r) => `2021-03-25,x@example.com,UserLoggedIn,${quoted(r)}`).join("\n")}\n`,
  );
  const outside = mkdtempSync(join(tmpdir(), "petra-replay-out-"));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  const out = join(outside, "records.ndjson");
  const { records, newest } = await writeRecords(folder, out);
  expect(records).toBe(2);
  expect(new Date(newest).toISOString()).toBe("2021-03-26T09:06:42.000Z");
  expect(
    readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line).Id),
  ).toEqual(["a", "b"]);
});

it("moves a record's time and keeps its spelling", () => {
  expect(JSON.parse(moveLine('{"CreationTime":"2021-03-25T12:00:00","Id":"1"}', 3_600_000))).toEqual({
    CreationTime: "2021-03-25T13:00:00",
    Id: "1",
  });
  expect(JSON.parse(moveLine('{"createdDateTime":"2021-03-25T12:00:00Z"}', 1_000)).createdDateTime).toBe(
    "2021-03-25T12:00:01.000Z",
  );
  expect(moveLine('{"name":"a"}', 5)).toBe('{"name":"a"}\n');
});
