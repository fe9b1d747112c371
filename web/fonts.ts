import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync, constants } from "node:zlib";

/** Table tags that WOFF2 writes as a number, in the order of the specification (WOFF2, section 4.1, "Known Table Tags"). */
const KNOWN_TAGS =
  "cmap,head,hhea,hmtx,maxp,name,OS/2,post,cvt ,fpgm,glyf,loca,prep,CFF ,VORG,EBDT,EBLC,gasp,hdmx,kern,LTSH,PCLT,VDMX,vhea,vmtx,BASE,GDEF,GPOS,GSUB".split(
    ",",
  );

function base128(value: number): number[] {
  const out = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) out.unshift((rest & 0x7f) | 0x80);
  return out;
}

/**
 * TrueType to WOFF2 with the null transform for outlines: 340 KB become about 110, without a native tool.
 * @param ttf a TrueType file with at most 29 known tables.
 */
export function toWoff2(ttf: Buffer): Buffer {
  const count = ttf.readUInt16BE(4);
  const tables = Array.from({ length: count }, (_, index) => {
    const at = 12 + index * 16;
    return {
      tag: ttf.toString("latin1", at, at + 4),
      offset: ttf.readUInt32BE(at + 8),
      length: ttf.readUInt32BE(at + 12),
    };
  });
  const directory: number[] = [];
  const bodies: Buffer[] = [];
  let sfntSize = 12 + 16 * count;
  for (const table of tables) {
    const known = KNOWN_TAGS.indexOf(table.tag);
    // Version 3 is "not transformed" for glyf and loca, version 0 for all others.
    const version = table.tag === "glyf" || table.tag === "loca" ? 3 : 0;
    directory.push((version << 6) | (known < 0 ? 63 : known));
    if (known < 0) directory.push(...Buffer.from(table.tag, "latin1"));
    directory.push(...base128(table.length));
    bodies.push(ttf.subarray(table.offset, table.offset + table.length));
    sfntSize += (table.length + 3) & ~3;
  }
  const body = Buffer.concat(bodies);
  const packed = brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT, [constants.BROTLI_PARAM_QUALITY]: 11 },
  });
  const header = Buffer.alloc(48);
  const total = 48 + directory.length + packed.length;
  const padded = (total + 3) & ~3;
  header.write("wOF2", 0, "latin1");
  header.writeUInt32BE(ttf.readUInt32BE(0), 4);
  header.writeUInt32BE(padded, 8);
  header.writeUInt16BE(count, 12);
  header.writeUInt32BE(sfntSize, 16);
  header.writeUInt32BE(packed.length, 20);
  header.writeUInt16BE(1, 24);
  return Buffer.concat([header, Buffer.from(directory), packed, Buffer.alloc(padded - total)]);
}

const WEIGHTS = {
  400: "400Regular/Inter_400Regular",
  500: "500Medium/Inter_500Medium",
  600: "600SemiBold/Inter_600SemiBold",
};

/** Writes inter-400/500/600.woff2 into `folder` when they are missing; the files are made, not kept in the repository. */
export function writeFonts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const require = createRequire(import.meta.url);
  for (const [weight, name] of Object.entries(WEIGHTS)) {
    const target = `${folder}/inter-${weight}.woff2`;
    if (existsSync(target)) continue;
    writeFileSync(target, toWoff2(readFileSync(require.resolve(`@expo-google-fonts/inter/${name}.ttf`))));
  }
}
