/** How the bytes of a text file are encoded, by its first bytes. Nothing is taken from its name. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** Byte order mark first; without one, the zero bytes of UTF-16 tell. Undefined when it looks like no text at all. */
export function encodingOf(head: Uint8Array): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  const sample = head.subarray(0, 4096 - (head.length % 2 === 0 ? 0 : 1));
  let even = 0;
  let odd = 0;
  let control = 0;
  for (const [index, byte] of sample.entries()) {
    if (byte === 0 && index % 2 === 0) even++;
    else if (byte === 0) odd++;
    else if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) control++;
  }
  const half = sample.length / 2;
  if (half >= 2 && odd > half * 0.6 && even < half * 0.1) return "utf-16le";
  if (half >= 2 && even > half * 0.6 && odd < half * 0.1) return "utf-16be";
  return even + odd > sample.length * 0.02 || control > sample.length * 0.05 ? undefined : "utf-8";
}

/** Gzip by its magic number and method. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}
