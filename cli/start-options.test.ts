import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { readStartOptions } from "./start-options.ts";

test("without words the data lies in the repository's own folder", () => {
  expect(readStartOptions([], "/anywhere", "/repo")).toEqual({
    dataDir: "/repo/.data",
    fresh: false,
    download: false,
    replayFolder: undefined,
  });
});

test("paths are taken from where the person stands", () => {
  const options = readStartOptions(["--data", "here", "--fresh", "--replay", "."], tmpdir(), "/repo");
  expect(options).toEqual({ dataDir: `${tmpdir()}/here`, fresh: true, download: false, replayFolder: tmpdir() });
});

test.each([
  [["--replay", "/no/such/folder"], "There is no folder /no/such/folder to replay."],
  [["--frsh"], "Unknown option '--frsh'. Known: --replay FOLDER, --fresh, --data DIR, --download."],
])("%j is refused with one sentence", (words, sentence) => {
  expect(() => readStartOptions(words, "/", "/repo")).toThrow(sentence);
});
