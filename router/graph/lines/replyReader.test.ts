import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { readReplyHead, ReplyError } from './replyHead.ts';
import { ReplyReader, type Reply } from './replyReader.ts';

const LIMIT = 100_000;

/** Reads pieces as a connection does: all into one place. */
function readPieces(pieces: readonly Buffer[], limit = LIMIT): Reply | undefined {
  const reader = new ReplyReader(readReplyHead, limit);
  const place = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    place.fill('?');
    const reply = reader.read(place.subarray(0, piece.copy(place)));
    if (reply) return reply;
  }
  return reader.end();
}

const read = (text: string, limit?: number) => readPieces([Buffer.from(text)], limit);

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.length))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function inChunks(parts: readonly string[]): string {
  const chunks = parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`);
  return `${chunks.join('')}0\r\n\r\n`;
}

describe('a reply', () => {
  test('is the same however it is framed, and cut into whatever pieces', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat()), (parts, places) => {
        const body = parts.join('');
        const length = String(Buffer.byteLength(body));
        for (const framed of [
          `content-length: ${length}\r\n\r\n${body}`,
          `Transfer-Encoding: chunked\r\n\r\n${inChunks(parts)}`,
          `connection: close\r\n\r\n${body}`,
        ]) {
          const bytes = Buffer.from(`HTTP/1.1 200 OK\r\ndate: today\r\n${framed}`);
          expect(readPieces(cut(bytes, places))).toMatchObject({ status: 200, text: body });
        }
      }),
    );
  });

  it('comes after what is said before it', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    expect(read(`${early}${early}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`)).toMatchObject({ text: 'ok' });
  });

  it('may say more of its chunks, before and after', () => {
    const body = '3;name="a;b"\r\nabc\r\n0\r\nchecksum: 1\r\n\r\n';
    expect(read(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`)).toMatchObject({ text: 'abc' });
  });

  it.each([204, 304])('has no body with the status %s', (status) => {
    expect(read(`HTTP/1.1 ${String(status)} \r\n\r\n`)).toMatchObject({ status, text: '' });
  });

  it.each([
    ['a server that says nothing of it', '', 4_000],
    ['a server that says how long', 'keep-alive: timeout=65\r\n', 64_000],
    ['a server that says how long, and for how many', 'Keep-Alive: max=5, timeout=7\r\n', 6_000],
    ['a server that waits too short a time to be sure', 'keep-alive: timeout=1\r\n', 0],
    ['a server that closes', 'Connection: Close\r\n', 0],
  ])('leaves the connection of %s', (_, fields, keptMs) => {
    expect(read(`HTTP/1.1 200 OK\r\n${fields}content-length: 0\r\n\r\n`)).toMatchObject({ keptMs });
  });

  it('of HTTP/1.0 ends its connection', () => {
    expect(read('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n')).toMatchObject({ keptMs: 0 });
  });
});

describe('what is no reply', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
    ['another HTTP', 'HTTP/2 200\r\n\r\n'],
    ['a field without a name', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a length beside chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nabc'],
    ['a coding that nobody asked for', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a chunk without a length', `${chunked}xyz\r\n`],
    ['a chunk that is longer than it said', `${chunked}1\r\nabc\r\n`],
    ['more than was asked for', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabHTTP/1.1 200 OK'],
    ['a head that does not end', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(20_000)}`],
    ['a line that does not end', `${chunked}1;${'b'.repeat(20_000)}`],
  ])('is refused: %s', (_, text) => {
    expect(() => read(text)).toThrow(ReplyError);
  });

  it.each([
    ['by its length', 'content-length: 11\r\n\r\n'],
    ['by its chunks', `transfer-encoding: chunked\r\n\r\n${inChunks(['123456', '78901'])}`],
    ['by what comes', 'connection: close\r\n\r\n12345678901'],
  ])('is longer than anybody wants to know: %s', (_, framed) => {
    expect(() => read(`HTTP/1.1 200 OK\r\n${framed}`, 10)).toThrow('more than 10 bytes');
  });

  it.each(['', 'HTTP/1.1 200 OK\r\n', `${chunked}2\r\na`, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na'])(
    'has not come whole: %j',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
