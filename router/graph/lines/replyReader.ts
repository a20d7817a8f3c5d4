import { ReplyError, type ReplyHead } from './replyHead.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** How long the connection may be used for another request: 0 is not at all. */
  readonly keptMs: number;
}

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';
/** Of a head, and of the line before a chunk: nobody's is longer, and what never ends must not be kept. */
const MOST_OF_A_LINE = 16 * 1_024;

type State =
  | 'head'
  /** `left` bytes of the body, or of a chunk. */
  | 'body'
  | 'chunk'
  /** What is not chunks, up to the connection's end. */
  | 'rest'
  /** The line that says how long the next chunk is. */
  | 'size'
  /** The line end after a chunk. */
  | 'chunkEnd'
  /** Fields after the last chunk, and an empty line. */
  | 'trailer'
  | 'done';

/** Puts one reply of HTTP/1 together from what is received, and takes its body as text. */
export class ReplyReader {
  readonly #readHead: (text: string) => ReplyHead;
  readonly #maxBytes: number;
  #state: State = 'head';
  #head: ReplyHead | undefined;
  /** Of a line that has not come whole. */
  #begun: Buffer | undefined;
  #parts: Buffer[] = [];
  #bytes = 0;
  #left = 0;

  /** @param maxBytes Of the body. */
  constructor(readHead: (text: string) => ReplyHead, maxBytes: number) {
    this.#readHead = readHead;
    this.#maxBytes = maxBytes;
  }

  /**
   * @param received Not kept: what is needed of it later is copied.
   * @returns the reply when that is all of it.
   * @throws ReplyError when it is none, or too long.
   */
  read(received: Buffer): Reply | undefined {
    const bytes = this.#begun ? Buffer.concat([this.#begun, received]) : received;
    this.#begun = undefined;
    const known = this.#parts.length;
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'done') throw new ReplyError('more than one reply to one request');
      const next = this.#step(bytes, at);
      if (next === undefined) {
        this.#begin(bytes.subarray(at));
        break;
      }
      at = next;
    }
    if (this.#state === 'done') return this.#reply();
    for (let index = known; index < this.#parts.length; index++) {
      this.#parts[index] = Buffer.from(this.#parts[index] ?? '');
    }
    return undefined;
  }

  /** The connection has ended. @returns the reply when that is how it ends. */
  end(): Reply | undefined {
    return this.#state === 'rest' ? this.#reply() : undefined;
  }

  /** @returns from where on it goes on; undefined: there is more to wait for. */
  #step(bytes: Buffer, at: number): number | undefined {
    switch (this.#state) {
      case 'head': {
        const end = bytes.indexOf(HEAD_END, at, 'latin1');
        if (end < 0) return undefined;
        this.#takeHead(bytes.toString('latin1', at, end));
        return end + HEAD_END.length;
      }
      case 'body':
      case 'chunk':
        return this.#takeCounted(bytes, at);
      case 'rest':
        this.#take(bytes.subarray(at));
        return bytes.length;
      case 'size':
      case 'chunkEnd':
      case 'trailer': {
        const end = bytes.indexOf(LINE_END, at, 'latin1');
        if (end < 0) return undefined;
        this.#takeLine(bytes.toString('latin1', at, end));
        return end + LINE_END.length;
      }
      case 'done':
        return at;
    }
  }

  #takeHead(text: string): void {
    const head = this.#readHead(text);
    // Said before the reply itself, which still comes.
    if (head.status < 200) return;
    this.#head = head;
    const { framing } = head;
    switch (framing.kind) {
      case 'chunks':
        this.#state = 'size';
        break;
      case 'connection':
        this.#state = 'rest';
        break;
      case 'length':
        this.#expect(framing.bytes);
        this.#state = framing.bytes === 0 ? 'done' : 'body';
    }
  }

  #takeCounted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#take(bytes.subarray(at, end));
    if (this.#left === 0) this.#state = this.#state === 'body' ? 'done' : 'chunkEnd';
    return end;
  }

  #takeLine(line: string): void {
    if (this.#state === 'trailer') {
      if (line === '') this.#state = 'done';
    } else if (this.#state === 'chunkEnd') {
      if (line !== '') throw new ReplyError('a chunk that is longer than it said');
      this.#state = 'size';
    } else {
      const [, size] = /^([\da-f]{1,8})[\t ]*(?:;.*)?$/i.exec(line) ?? [];
      if (size === undefined) throw new ReplyError('a chunk that does not say how long it is');
      this.#expect(parseInt(size, 16));
      this.#state = this.#left === 0 ? 'trailer' : 'chunk';
    }
  }

  #expect(bytes: number): void {
    this.#left = bytes;
    if (this.#bytes + bytes > this.#maxBytes) throw this.#tooLong();
  }

  #take(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) throw this.#tooLong();
    this.#parts.push(part);
  }

  #tooLong(): ReplyError {
    return new ReplyError(`a reply of more than ${String(this.#maxBytes)} bytes`);
  }

  #begin(bytes: Buffer): void {
    if (bytes.length > MOST_OF_A_LINE) throw new ReplyError('a head, or a line, that does not end');
    this.#begun = Buffer.from(bytes);
  }

  #reply(): Reply {
    const { status = 0, keptMs = 0 } = this.#head ?? {};
    const [only, ...others] = this.#parts;
    const body = only && others.length > 0 ? Buffer.concat(this.#parts, this.#bytes) : only;
    return { status, keptMs, text: body?.toString('utf8') ?? '' };
  }
}
