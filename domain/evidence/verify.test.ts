import { generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "#domain/event/sha256.ts";
import {
  actorHash,
  bodyHash,
  CHAIN_START,
  checkpointText,
  entryHash,
  type Link,
  linkHash,
  tombstoneText,
} from "./chain.ts";
import { evidenceDigest, keyIdOf, type Line, sealText, writeLine } from "./file.ts";
import { type VerifySignature, verifyEvidence } from "./verify.ts";

const ORG = "11111111-1111-4111-8111-111111111111";
const AT = "2026-11-20T12:00:00.000000Z";

function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12).toString("hex");
  return {
    publicKey: raw,
    keyId: keyIdOf(raw),
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString("hex"),
  };
}
type Key = ReturnType<typeof makeKey>;
const verifySignature: VerifySignature = (publicKey, text, signature) => {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(publicKey, "hex")]);
  try {
    return verify(null, Buffer.from(text), { key: der, format: "der", type: "spki" }, Buffer.from(signature, "hex"));
  } catch {
    return false;
  }
};

/** A chain as the database would write it, from the bodies of its rows. */
function chainOf(bodies: string[]) {
  let previousHash = CHAIN_START;
  return bodies.map((body, i) => {
    const salts = { actorSalt: "a".repeat(32), bodySalt: "b".repeat(32) };
    const actor = `{"kind": "system", "room": "r${i}"}`;
    const entry = entryHash(actorHash(salts.actorSalt, actor), bodyHash(salts.bodySalt, body));
    const link: Link = { position: i + 1, recordedAt: AT, entryHash: entry, previousHash, hash: "" };
    link.hash = linkHash(ORG, link);
    previousHash = link.hash;
    return { ...link, ...salts, actor, actorHash: actorHash(salts.actorSalt, actor), body };
  });
}

/** A small whole file. `name` stands in its records, so that other letters than ASCII are among the bytes. */
function makeFile(key: Key, name = "Kim Ørsted", change: (lines: Line[]) => void = () => {}): string {
  const lines: Line[] = [];
  const add = (type: Line["type"], body: object) =>
    lines.push({ n: lines.length + 1, type, body: body as Record<string, unknown> });
  add("header", { format: "petra-evidence/1", orgId: ORG, exportId: "export-1" });
  add("incident", { id: "incident-1", headline: `${name} was taken over` });
  for (const id of ["r1", "r2"]) {
    const raw = `{"Id":"${id}","UserId":"${name}"}`;
    add("record", { recordId: id, raw, rawHash: sha256(raw), isAsIngested: true });
  }
  const image = {
    kind: "disable-account",
    state: "accepted",
    before: { on: true },
    after: { on: false },
    requestIds: ["q"],
  };
  add("action", { id: "action-1", auditSeq: 7, ...image });
  const digest = evidenceDigest(lines.map((line) => sha256(writeLine(line))));
  const chain = chainOf([
    JSON.stringify({ seq: 7, action: "ledger.accepted", object: "action-1", detail: image }),
    "of another incident",
    JSON.stringify({ seq: 9, action: "evidence.export", object: "export-1", detail: { digest } }),
  ]);
  const [first, other, last] = chain as [(typeof chain)[0], (typeof chain)[0], (typeof chain)[0]];
  add("audit", first);
  add("links", { from: 2, previousHash: first.hash, links: [[AT, other.entryHash, other.hash]] });
  add("audit", last);
  const point = { orgId: ORG, position: 3, hash: last.hash, at: AT };
  add("checkpoint", { ...point, keyId: key.keyId, signature: key.sign(checkpointText(point)) });
  change(lines);
  const unsigned = { lines: lines.map((line) => sha256(writeLine(line))), keyId: key.keyId, publicKey: key.publicKey };
  add("seal", { ...unsigned, signature: key.sign(sealText(unsigned)) });
  return `${lines.map(writeLine).join("\n")}\n`;
}

const key = makeKey();
const file = makeFile(key);
const check = (text: string | Uint8Array) => verifyEvidence(Buffer.from(text as string), verifySignature);
const whats = (text: string | Uint8Array): string[] => check(text).faults.map((fault) => fault.what);
const rows = (): string[] => file.trimEnd().split("\n");
const joined = (lines: string[]): string => `${lines.join("\n")}\n`;
const bodyOf = (lines: Line[], n: number) => lines[n - 1]!.body;

test("a file as it was exported is whole", () => {
  expect(whats(file)).toEqual([]);
});

describe("whatever happens to the bytes is found, with the place [S48]", () => {
  test("any bit of any byte flipped: the line is named", () => {
    const bytes = Buffer.from(file);
    const ends = rows().map((line) => Buffer.byteLength(line) + 1);
    const lineAt = (at: number): number => {
      let line = 1;
      for (let left = at; left >= (ends[line - 1] ?? 0); line++) left -= ends[line - 1] ?? 0;
      return line;
    };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = bytes[at]! ^ (1 << bit);
        const lines = check(changed).faults.map((fault) => fault.line);
        const where = lineAt(at);
        return lines.some((line) => line !== null && Math.abs(line - where) <= 1);
      }),
      { numRuns: 1_000 },
    );
  });

  test("each byte of the file in turn, changed to another", () => {
    const bytes = Buffer.from(file);
    for (let at = 0; at < bytes.length; at++) {
      const before = bytes[at]!;
      bytes[at] = before === 48 ? 49 : 48;
      if (check(bytes).faults.length === 0) throw new Error(`byte ${at} changed unseen`);
      bytes[at] = before;
    }
  });

  test("the seal's own number, which its signature does not cover: the line is named", () => {
    const count = rows().length;
    const other = file.replace(`"n":${count},"type":"seal"`, `"n":${count + 2},"type":"seal"`);
    expect(other).not.toBe(file);
    expect(check(other).faults.map((fault) => fault.line)).toEqual([count]);
  });

  test("cut anywhere", () => {
    const bytes = Buffer.from(file);
    fc.assert(fc.property(fc.nat(bytes.length - 1), (length) => check(bytes.subarray(0, length)).faults.length > 0));
    expect(whats(joined(rows().slice(0, -1)))).toContainEqual(expect.stringMatching(/last line is not a whole seal/));
  });

  test("a line removed, repeated, added or moved", () => {
    const count = rows().length - 1;
    const at = fc.nat(count - 1);
    fc.assert(
      fc.property(at, (i) => {
        const said = whats(joined(rows().toSpliced(i, 1))).join();
        return said.includes(`line ${i + 1} was removed`);
      }),
    );
    fc.assert(
      fc.property(at, (i) =>
        whats(joined(rows().toSpliced(i, 0, rows()[i]!)))
          .join()
          .includes("repeats line"),
      ),
    );
    fc.assert(
      fc.property(at, (i) =>
        whats(joined(rows().toSpliced(i, 0, rows()[i]!.replace('"n"', '"m"'))))
          .join()
          .includes(`line ${i + 1}`),
      ),
    );
    fc.assert(
      fc.property(at, at, (i, j) => {
        if (i === j) return true;
        const lines = rows();
        [lines[i], lines[j]] = [lines[j]!, lines[i]!];
        return whats(joined(lines)).join().includes("belongs at line");
      }),
    );
  });

  test("written again as a whole and signed by another key: told by the key the reader knows", () => {
    const forged = makeFile(makeKey(), "Somebody Else");
    expect(whats(forged)).toEqual([]);
    const told = verifyEvidence(Buffer.from(forged), verifySignature, { keyId: key.keyId });
    expect(told.faults).toMatchObject([{ what: expect.stringContaining(`not by ${key.keyId}`) }]);
  });
});

describe("what was wrong before it was sealed is found too [S48]", () => {
  const sealed = (change: (lines: Line[]) => void): string => whats(makeFile(key, "Kim", change)).join("; ");

  test("a record that does not have its hash, or not the one of its arrival", () => {
    expect(sealed((lines) => Object.assign(bodyOf(lines, 3), { raw: "{}" }))).toMatch(
      /record r1 does not have the hash/,
    );
    expect(sealed((lines) => Object.assign(bodyOf(lines, 4), { isAsIngested: false }))).toMatch(
      /record r2 was not the one/,
    );
  });
  test("an action the audit tells otherwise", () => {
    expect(sealed((lines) => Object.assign(bodyOf(lines, 5), { after: { on: true } }))).toMatch(
      /action action-1 is not what/,
    );
    expect(sealed((lines) => Object.assign(bodyOf(lines, 5), { auditSeq: 9 }))).toMatch(/action action-1 is not what/);
  });
  test("an audit row, its actor or its link changed", () => {
    expect(sealed((lines) => Object.assign(bodyOf(lines, 6), { actor: "{}" }))).toMatch(
      /position 1 of the audit was changed/,
    );
    expect(sealed((lines) => Object.assign(bodyOf(lines, 6), { hash: "f".repeat(64) }))).toMatch(
      /position 1 .* hash it claims/,
    );
    expect(sealed((lines) => Object.assign(bodyOf(lines, 7), { links: [] }))).toMatch(/jumps from position 1 to 3/);
  });
  test("a head that is not of this chain", () => {
    const point = { orgId: ORG, position: 3, hash: "e".repeat(64), at: AT };
    const change = (lines: Line[]) =>
      Object.assign(bodyOf(lines, 9), { ...point, signature: key.sign(checkpointText(point)) });
    expect(sealed(change)).toMatch(/the audit was rebuilt/);
  });
  test("an actor left out for a reader who may not know him leaves the row checkable", () => {
    const without = makeFile(key, "Kim", (lines) => {
      const { actor: _, actorSalt: __, ...rest } = bodyOf(lines, 6);
      lines[5] = { ...lines[5]!, body: rest };
    });
    expect(whats(without)).toEqual([]);
  });
});

describe("what retention dropped", () => {
  const key = makeKey();
  const BEFORE = "2025-10-01T00:00:00.000Z";
  type Stone = { from: number; to: number; hash: string; orgId: string; before: string; at: string };
  /** A file whose first row was dropped by retention, and with it the image of its one action. */
  const retired = (
    by: Key,
    stone: (whole: Stone) => Stone = (whole) => whole,
    plannedAt = "2025-01-01T00:00:00.000Z",
  ) =>
    makeFile(key, "Kim", (lines) => {
      const row = lines.find((line) => line.type === "audit") as Line;
      const { position, previousHash, recordedAt, entryHash: entry, hash } = row.body as unknown as Link;
      row.type = "links";
      row.body = { from: position, previousHash, links: [[recordedAt, entry, hash]] };
      const action = lines.find((line) => line.type === "action") as Line;
      action.body = { ...action.body, auditSeq: null, plannedAt };
      const exported = lines.findLast((line) => line.type === "audit") as Line;
      const digest = evidenceDigest(lines.filter((line) => line.n <= action.n).map((line) => sha256(writeLine(line))));
      relink(lines, exported, digest, key);
      const text = stone({ orgId: ORG, from: 1, to: 1, hash, before: BEFORE, at: BEFORE });
      const body = { ...text, keyId: by.keyId, signature: by.sign(tombstoneText(text)) };
      lines.push({ n: lines.length + 1, type: "tombstone", body });
    });
  const judge = (file: string) => verifyEvidence(Buffer.from(file), verifySignature, { keyId: key.keyId });

  test("is told as a note, and its actions need no image any more [S48]", () => {
    const { faults, notes } = judge(retired(key));
    expect(faults).toEqual([]);
    expect(notes.join()).toContain("Retention dropped the rows 1 to 1 of the audit");
  });
  test("counts only with the installation's own signature, for this organization and this chain [S48]", () => {
    const other = makeKey();
    const forged = { ...key, sign: other.sign };
    for (const file of [
      retired(forged),
      retired(key, (whole) => ({ ...whole, orgId: "22222222-2222-4222-8222-222222222222" })),
      retired(key, (whole) => ({ ...whole, hash: "f".repeat(64) })),
    ])
      expect(
        judge(file)
          .faults.map((fault) => fault.what)
          .join(),
      ).toMatch(/action action-1 is not what/);
    expect(judge(retired(other)).faults.length).toBeGreaterThan(0);
  });
  test("covers no action that is younger than what was dropped [S48]", () => {
    const file = retired(key, undefined, "2026-01-01T00:00:00.000Z");
    expect(
      judge(file)
        .faults.map((fault) => fault.what)
        .join(),
    ).toContain("action action-1");
  });
});

/** Writes the row of the export anew with this digest, its link and the signed head after it. */
function relink(lines: Line[], exported: Line, digest: string, key: Key): void {
  const row = exported.body as unknown as ReturnType<typeof chainOf>[number];
  row.body = JSON.stringify({ seq: 9, action: "evidence.export", object: "export-1", detail: { digest } });
  row.entryHash = entryHash(row.actorHash, bodyHash(row.bodySalt, row.body));
  row.hash = linkHash(ORG, row);
  const head = lines.find((line) => line.type === "checkpoint") as Line;
  const point = { orgId: ORG, position: row.position, hash: row.hash, at: AT };
  head.body = { ...point, keyId: key.keyId, signature: key.sign(checkpointText(point)) };
}

test("anything at all is judged, never thrown at", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check(bytes).faults.length > 0));
  fc.assert(fc.property(fc.array(fc.json(), { maxLength: 5 }), (values) => check(joined(values)).faults.length > 0));
});
