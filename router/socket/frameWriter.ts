import type { Duplex } from 'node:stream';

/** Writes text messages to a WebSocket, past the library: what many get is not encoded and copied for each of them. */
export interface FrameWriter {
  /** Sends a message, which is these pieces in UTF-8 one after the other, at the end of this turn of the event loop. */
  send(pieces: readonly Buffer[]): void;
  /** Sends at once what is still to be sent in this turn: before the library writes by itself. */
  flush(): void;
  /** Bytes that are still to be sent in this turn. */
  readonly length: number;
}

/** The first byte of a frame: a text message that is whole. */
const WHOLE_TEXT = 0x81;
/** What says that the length is in the next two, or eight, bytes; shorter ones are said instead. */
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
/** Up to here copying is cheaper than handing the pieces on; beyond it, thousands of slow sockets share one memory. */
const COPIED_BYTES = 16 * 1024;

/**
 * A call of the system for each message is half of what many small messages cost: all of a turn go out with one.
 *
 * @param options.stream what the library itself writes to, frame by frame.
 * @param options.isOpen false from the moment on that the library has said goodbye: nothing may come behind that.
 * @param options.atEnd does something at the end of the turn.
 */
export function createFrameWriter(options: {
  readonly stream: Duplex;
  readonly isOpen: () => boolean;
  readonly atEnd: (work: () => void) => void;
}): FrameWriter {
  const { stream, isOpen, atEnd } = options;
  let pieces: Buffer[] = [];
  let length = 0;

  function flush(): void {
    if (length === 0) return;
    const [sent, sentLength] = [pieces, length];
    pieces = [];
    length = 0;
    if (!isOpen()) return;
    if (sentLength <= COPIED_BYTES) return void stream.write(Buffer.concat(sent, sentLength));
    stream.cork();
    for (const piece of sent) stream.write(piece);
    stream.uncork();
  }

  return {
    send(given) {
      let size = 0;
      for (const piece of given) size += piece.length;
      const head = headerOf(size);
      if (length === 0) atEnd(flush);
      pieces.push(head, ...given);
      length += head.length + size;
    },
    flush,
    get length() {
      return length;
    },
  };
}

/** RFC 6455, 5.2; a server masks nothing. */
function headerOf(length: number): Buffer {
  if (length < LENGTH_IN_16_BITS) return Buffer.from([WHOLE_TEXT, length]);
  if (length < 2 ** 16) return Buffer.from([WHOLE_TEXT, LENGTH_IN_16_BITS, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = WHOLE_TEXT;
  header[1] = LENGTH_IN_64_BITS;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

/** Does at the end of the turn of the event loop what is asked for in it, in this order. */
export function createTurnEnd(): (work: () => void) => void {
  let asked: (() => void)[] = [];

  function run(): void {
    const works = asked;
    asked = [];
    for (const work of works) work();
  }

  return (work) => {
    if (asked.push(work) === 1) setImmediate(run);
  };
}
