/** The shortest repetition that is told as one, how near to the end it may begin, and what is never part of one. */
const SHORTEST = 4;
const BEGINS_BEFORE_END = 12;
const LAST_LITERALS = 5;
const FARTHEST = 65_535;
const HASH_BITS = 14;
/** Where nothing repeats, it looks at ever fewer places: one more is left out for so many in vain. */
const PATIENCE_BITS = 6;

/** Where each hash was seen last, counted from 1. */
const seen = new Int32Array(1 << HASH_BITS);

/** One block of LZ4, without a frame. */
export function lz4Block(input: Buffer): Buffer {
  const output = Buffer.allocUnsafe(input.length + Math.ceil(input.length / 255) + 16);
  seen.fill(0);
  let anchor = 0;
  let out = 0;
  let at = 0;
  while (at < input.length - BEGINS_BEFORE_END) {
    const word = input.readUInt32LE(at);
    const hash = Math.imul(word, 2_654_435_761) >>> (32 - HASH_BITS);
    const before = (seen[hash] ?? 0) - 1;
    seen[hash] = at + 1;
    if (before < 0 || at - before > FARTHEST || input.readUInt32LE(before) !== word) {
      at += 1 + ((at - anchor) >> PATIENCE_BITS);
      continue;
    }
    let length = SHORTEST;
    while (at + length < input.length - LAST_LITERALS && input[before + length] === input[at + length]) length += 1;
    out = writeLiterals(input.subarray(anchor, at), length - SHORTEST, output, out);
    out = output.writeUInt16LE(at - before, out);
    out = writeRest(length - SHORTEST, output, out);
    at += length;
    anchor = at;
  }
  out = writeLiterals(input.subarray(anchor), 0, output, out);
  return output.subarray(0, out);
}

/** Both lengths share the first byte; what is more than 14 of each follows it. */
function writeLiterals(literals: Buffer, repeated: number, output: Buffer, at: number): number {
  let out = output.writeUInt8((Math.min(15, literals.length) << 4) | Math.min(15, repeated), at);
  out = writeRest(literals.length, output, out);
  return out + literals.copy(output, out);
}

function writeRest(length: number, output: Buffer, at: number): number {
  if (length < 15) return at;
  let out = at;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out = output.writeUInt8(255, out);
  return output.writeUInt8(rest, out);
}
