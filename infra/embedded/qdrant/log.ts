import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const HEADER_BYTES = 8;
const READ_BYTES = 1 << 20;
/** What one flush puts together, so that a rewrite of a large collection stays small in memory. */
const REWRITE_BATCH_BYTES = 4 << 20;

interface Waiting {
  readonly frame: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A file of records that only grows, each framed by its length and checksum. What a crash left half written at the end is cut
 * off when the file is opened. Appends that come together share one write and one sync.
 */
export class AppendLog {
  readonly #path: string;
  #file: FileHandle;
  #size: number;
  #waiting: Waiting[] = [];
  /** After a failed write the end of the file is unknown: what came behind it would be cut off with it at the next start. */
  #failure: Error | undefined;
  /** Writes happen one after the other; this one is the last. It never rejects. */
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  /**
   * Opens or creates the file and reads it.
   * @param onRecord is given each record in order; what it throws stops the opening.
   * @param onCut is told how many bytes at the end were no record.
   */
  static async open(
    path: string,
    onRecord: (record: Buffer) => void,
    onCut: (bytes: number) => void,
  ): Promise<AppendLog> {
    const file = await open(path, 'a+');
    try {
      let end = 0;
      for await (const record of readRecords(file)) {
        onRecord(record);
        end += HEADER_BYTES + record.length;
      }
      const { size } = await file.stat();
      if (size > end) {
        onCut(size - end);
        await file.truncate(end);
      }
      await file.sync();
      await syncDirectory(path);
      return new AppendLog(path, file, end);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the record is on disk. Records stand in the file in the order of the calls. */
  async append(record: Uint8Array): Promise<void> {
    const kept = new Promise<void>((resolve, reject) => this.#waiting.push({ frame: frame(record), resolve, reject }));
    void this.#exclusive(() => this.#flush());
    return kept;
  }

  /**
   * Puts a new file with these records in the place of the old one, atomically. Appends made meanwhile come after them, so
   * the records may already contain what these say.
   */
  async rewrite(records: Iterable<Uint8Array>): Promise<void> {
    await this.#exclusive(async () => {
      const file = await open(`${this.#path}.new`, 'w+');
      try {
        const size = await writeRecords(file, records);
        await file.sync();
        await rename(`${this.#path}.new`, this.#path);
        const replaced = this.#file;
        this.#file = file;
        this.#size = size;
        await replaced.close();
        await syncDirectory(this.#path);
      } catch (error) {
        if (this.#file !== file) await file.close();
        throw error;
      }
    });
  }

  /** Waits for what was appended, then closes the file. */
  async close(): Promise<void> {
    await this.#exclusive(() => this.#file.close());
  }

  async #exclusive(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      if (this.#failure) throw this.#failure;
      const frames = Buffer.concat(batch.map(({ frame: bytes }) => bytes));
      await this.#file.appendFile(frames);
      await this.#file.datasync();
      this.#size += frames.length;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      this.#failure ??= new Error('An earlier write failed: restart to read what is on disk', { cause: error });
      for (const { reject } of batch) reject(error);
    }
  }
}

function frame(record: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + record.length);
  bytes.writeUInt32LE(record.length, 0);
  bytes.writeUInt32LE(crc32(record), 4);
  bytes.set(record, HEADER_BYTES);
  return bytes;
}

/** Ends before the first bytes that are no whole record. */
async function* readRecords(file: FileHandle): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  let unread: Buffer = Buffer.alloc(0);
  let position = 0;
  const fill = async (length: number): Promise<boolean> => {
    if (size - position < length - unread.length) return false;
    while (unread.length < length) {
      const wanted = Buffer.allocUnsafe(Math.max(length - unread.length, Math.min(READ_BYTES, size - position)));
      const { bytesRead } = await file.read(wanted, 0, wanted.length, position);
      if (bytesRead === 0) return false;
      position += bytesRead;
      unread = Buffer.concat([unread, wanted.subarray(0, bytesRead)]);
    }
    return true;
  };
  for (;;) {
    if (unread.length < HEADER_BYTES && !(await fill(HEADER_BYTES))) return;
    const length = unread.readUInt32LE(0);
    const checksum = unread.readUInt32LE(4);
    if (unread.length < HEADER_BYTES + length && !(await fill(HEADER_BYTES + length))) return;
    const record = unread.subarray(HEADER_BYTES, HEADER_BYTES + length);
    // A stretch of zeros, which file systems leave after a power cut, has the checksum of an empty record.
    if (length === 0 || crc32(record) !== checksum) return;
    unread = unread.subarray(HEADER_BYTES + length);
    yield record;
  }
}

async function writeRecords(file: FileHandle, records: Iterable<Uint8Array>): Promise<number> {
  let [written, batch, batchBytes]: [number, Buffer[], number] = [0, [], 0];
  const write = async () => {
    await file.appendFile(Buffer.concat(batch));
    written += batchBytes;
    [batch, batchBytes] = [[], 0];
  };
  for (const record of records) {
    const bytes = frame(record);
    batch.push(bytes);
    batchBytes += bytes.length;
    if (batchBytes >= REWRITE_BATCH_BYTES) await write();
  }
  await write();
  return written;
}

/** A new or renamed file is only there after a power cut when its directory was synced too. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
