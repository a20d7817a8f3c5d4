import { cityHash128 } from '../http/blocks/cityHash.ts';

export interface Block {
  /** As it came, with its checksum. */
  readonly raw: Buffer;
  readonly bytes: Buffer;
}

/** Reads blocks as clients do: one whose checksum or length is wrong is none. */
export function readBlocks(stream: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < stream.length;) {
    const size = stream.readUInt32LE(at + 17);
    const raw = stream.subarray(at, at + 16 + size);
    const [low, high] = cityHash128(raw.subarray(16));
    if (raw.readBigUInt64LE(0) !== low || raw.readBigUInt64LE(8) !== high) throw new Error('the checksum is wrong');
    if (raw[16] !== 0x82) throw new Error('this is not LZ4');
    const bytes = unpacked(raw.subarray(25), raw.readUInt32LE(21));
    blocks.push({ raw, bytes });
    at += raw.length;
  }
  return blocks;
}

/** A block of LZ4. */
function unpacked(data: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let [at, out] = [0, 0];
  const length = (first: number): number => {
    let all = first;
    for (let more = first === 15 ? 255 : 0; more === 255; all += more) more = data[at++] ?? 0;
    return all;
  };
  while (at < data.length) {
    const token = data[at++] ?? 0;
    const literals = length(token >> 4);
    out += data.copy(bytes, out, at, at + literals);
    at += literals;
    if (at === data.length) break;
    const offset = data.readUInt16LE(at);
    at += 2;
    const repeated = length(token & 15) + 4;
    // It may overlap with what it makes.
    for (let n = 0; n < repeated; n++, out++) bytes[out] = bytes[out - offset] ?? 0;
  }
  if (out !== size) throw new Error('the block has another length');
  return bytes;
}
