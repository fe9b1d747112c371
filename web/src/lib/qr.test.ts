import { expect, test } from "vitest";
import { qrOf } from "./qr.ts";

// Read back by an independent reader (jsQR) when it was written down.
const HELLO = `
#######.#.###.#######
#.....#...##..#.....#
#.###.#.##.#..#.###.#
#.###.#.##..#.#.###.#
#.###.#.#..#..#.###.#
#.....#..####.#.....#
#######.#.#.#.#######
...........##........
####..#.######..###.#
##.#.#.##..####..##..
..#.###....#.......##
##.#.#..##.#..####.#.
#..####.#...#..#..#.#
........#..#..#...#.#
#######....##..#.....
#.....#..##....#####.
#.###.#...#.######.##
#.###.#.##.#..#.####.
#.###.#.#...#.##..#..
#.....#.#....#.##...#
#######.##...#.#.....
`;

test("a short text is drawn module by module as a reader expects it", () => {
  const drawn = qrOf("HELLO").map((row) => row.map((dark) => (dark ? "#" : ".")).join(""));
  expect(drawn).toEqual(HELLO.trim().split("\n"));
});

test("what an authenticator reads fits, and a text that does not fit says so instead of being cut", () => {
  const uri = `otpauth://totp/Petra:${"a".repeat(80)}%40msp.example?secret=${"A".repeat(32)}&issuer=Petra&digits=6&period=30`;
  expect(qrOf(uri)).toHaveLength(49);
  expect(() => qrOf("a".repeat(272))).toThrow(RangeError);
});
