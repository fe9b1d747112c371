import { describe, expect, test } from "vitest";
import { checkSource, pathsNamed } from "./house-rules.ts";

describe("the house rules refuse", () => {
  const broken: [string, string, string][] = [
    ["raw SQL in a repository", "db/repos/incident.ts", "await db.execute(sql.raw(text))"],
    ["HTML from values in a page", "web/src/routes/+page.svelte", "{@html note}"],
    ["process.env in an activity", "activities/ingest/pull.ts", "const key = process.env.KEY"],
    ["a child process in the API", "api/app.ts", 'import { spawn } from "node:child_process";'],
    ["the wall clock in the domain", "domain/incident/transitions.ts", "const at = new Date();"],
    ["unchecked certificates", "activities/clients/m365/transport.ts", "new Agent({ rejectUnauthorized: false })"],
    ["a focused test", "domain/incident/transitions.test.ts", "test.only('x', () => {})"],
  ];
  test.each(broken)("%s", (_what, file, line) => {
    expect(checkSource(file, `const before = 1;\n${line}\n`)).toEqual([{ file, line: 2, message: expect.any(String) }]);
  });
});

describe("the house rules allow", () => {
  const fine: [string, string, string][] = [
    ["raw SQL in a migration", "db/migrations/0001/roles.ts", "sql.raw(text)"],
    ["process.env in a process's schema", "temporal/env.ts", "parse(process.env)"],
    ["a word in a comment", "domain/x.ts", "// never new Date() here"],
    ["a given time in the domain", "domain/x.ts", "const at = new Date(iso);"],
  ];
  test.each(fine)("%s", (_what, file, line) => {
    expect(checkSource(file, line)).toEqual([]);
  });
});

test("paths named in documents are found in links and in code, not in fences or addresses", () => {
  const text = [
    "See `db/schema` and [the map](docs/map.md#top), `npm start`, [site](https://a.b/c).",
    "```",
    "`db/none`",
    "```",
    "`api/<room>.ts`",
  ];
  expect(pathsNamed(text.join("\n"), new Set(["db", "docs", "api"]))).toEqual([
    { line: 1, path: "docs/map.md", isLink: true },
    { line: 1, path: "db/schema", isLink: false },
  ]);
});
