const BLOCK = 512;
const MAX_NAME = 100;

/** A file of an archive. `content` gives exactly `size` bytes. */
export interface ArchiveFile {
  /** At most 100 plain letters. */
  readonly name: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The files one after another as ustar has them, without ever having one of them as a whole. */
export async function* pack(files: AsyncIterable<ArchiveFile>, at: Date): AsyncGenerator<Uint8Array> {
  for await (const { name, size, content } of files) {
    yield header(name, size, at);
    let given = 0;
    for await (const chunk of content) {
      given += chunk.length;
      yield chunk;
    }
    if (given !== size) throw new Error(`${name} has ${given} bytes, not the ${size} that were said`);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(name: string, size: number, at: Date): Buffer {
  if (name.length > MAX_NAME) throw new Error(`${name} is too long a name for an archive`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  octal(block, 0o644, 100, 8);
  octal(block, 0, 108, 8);
  octal(block, 0, 116, 8);
  octal(block, size, 124, 12);
  octal(block, Math.floor(at.getTime() / 1_000), 136, 12);
  // The sum is taken with blanks in its own place.
  block.fill(' ', 148, 156);
  block.write('0', 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function octal(block: Buffer, value: number, offset: number, length: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
}
