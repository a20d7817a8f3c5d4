import { Transform } from 'node:stream';
import { cityHash128 } from './cityHash.ts';
import { lz4Block } from './lz4.ts';

const LZ4 = 0x82;
const CHECKSUM_BYTES = 16;
const HEADER_BYTES = 9;
/** What is within reach of a repetition, and keeps nobody else waiting. */
const MOST_BYTES = 65_536;

/**
 * What clients of ClickHouse ask for by `compress=1`: blocks of LZ4, each with its sizes and, before all that, the checksum of it.
 * https://clickhouse.com/docs/en/native-protocol/compression
 */
export function compressedBlock(bytes: Buffer): Buffer {
  const data = lz4Block(bytes);
  const block = Buffer.allocUnsafe(CHECKSUM_BYTES + HEADER_BYTES + data.length);
  block.writeUInt8(LZ4, CHECKSUM_BYTES);
  block.writeUInt32LE(HEADER_BYTES + data.length, CHECKSUM_BYTES + 1);
  block.writeUInt32LE(bytes.length, CHECKSUM_BYTES + 5);
  data.copy(block, CHECKSUM_BYTES + HEADER_BYTES);
  const [low, high] = cityHash128(block.subarray(CHECKSUM_BYTES));
  block.writeBigUInt64LE(low, 0);
  block.writeBigUInt64LE(high, 8);
  return block;
}

/** Makes such blocks of a stream; of nothing it makes nothing. */
export function createBlocks(): Transform {
  let waiting: Buffer[] = [];
  let size = 0;

  function take(stream: Transform): void {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    size = 0;
    for (let at = 0; at < bytes.length; at += MOST_BYTES) {
      stream.push(compressedBlock(bytes.subarray(at, at + MOST_BYTES)));
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      waiting.push(chunk);
      size += chunk.length;
      if (size >= MOST_BYTES) take(this);
      done();
    },
    flush(done) {
      take(this);
      done();
    },
  });
}
