import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '#test/stack/eventually.ts';
import { createFrameWriter, createTurnEnd, type FrameWriter } from './frameWriter.ts';

let server: WebSocketServer;
let client: WebSocket;
let served: WebSocket;
let stream: Duplex;
let writer: FrameWriter;
let received: string[];

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const connected = once(server, 'connection');
  received = [];
  client = new WebSocket(`ws://127.0.0.1:${String(address.port)}`);
  client.on('message', (data, isBinary) => {
    received.push(Buffer.isBuffer(data) && !isBinary ? data.toString() : 'binary');
  });
  await once(client, 'open');
  const [accepted, request] = (await connected) as [WebSocket, IncomingMessage];
  served = accepted;
  stream = request.socket;
  writer = createFrameWriter({ stream, isOpen: () => served.readyState === served.OPEN, atEnd: createTurnEnd() });
});
afterEach(() => {
  client.terminate();
  served.terminate();
  server.close();
});

const send = (...pieces: string[]) => writer.send(pieces.map((piece) => Buffer.from(piece)));

describe('a writer of frames', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 300_000])('sends a message of %i bytes as it is', async (length) => {
    const text = 'x'.repeat(length);
    send(text);
    await eventually(() => expect(received).toHaveLength(1));
    expect(received[0]).toBe(text);
  });

  it('sends messages of any size and alphabet in order, whatever else is sent on the socket', async () => {
    const message = fc.array(fc.string({ unit: 'grapheme', maxLength: 50 }), { maxLength: 3 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), pieces: message, repeat: fc.constantFrom(1, 1, 1, 500, 5_000) }),
      fc.record({ kind: fc.constant('turn' as const) }),
      fc.record({ kind: fc.constant('ping' as const) }),
      fc.record({ kind: fc.constant('flush' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        received.length = 0;
        const sent: string[] = [];
        for (const next of steps) {
          if (next.kind === 'send') {
            const pieces = next.pieces.map((piece) => piece.repeat(next.repeat));
            sent.push(pieces.join(''));
            send(...pieces);
          } else if (next.kind === 'turn') await new Promise(setImmediate);
          else if (next.kind === 'ping') served.ping();
          else writer.flush();
        }
        await eventually(() => expect(received).toHaveLength(sent.length));
        expect(received).toEqual(sent);
      }),
      { numRuns: 30 },
    );
  });

  it('makes one call of all small messages of a turn', async () => {
    const write = jest.spyOn(stream, 'write');
    for (let sent = 0; sent < 10; sent++) send(`message ${String(sent)}`);
    expect(write).not.toHaveBeenCalled();
    await eventually(() => expect(received).toHaveLength(10));
    expect(write).toHaveBeenCalledTimes(1);
    expect(writer.length).toBe(0);
  });

  it('hands on what is large as it is, without a copy for each socket', async () => {
    const write = jest.spyOn(stream, 'write');
    const shared = Buffer.from('x'.repeat(100_000));
    writer.send([Buffer.from('{'), shared, Buffer.from('}')]);
    await eventually(() => expect(received).toEqual([`{${String(shared)}}`]));
    expect(write.mock.calls.some(([chunk]) => chunk === shared)).toBe(true);
  });

  it('says nothing behind the goodbye', async () => {
    const closed = once(client, 'close');
    send('before');
    writer.flush();
    send('behind');
    served.close(4460, 'enough');
    expect((await closed)[0]).toBe(4460);
    expect(received).toEqual(['before']);
  });
});
