import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const LINE_END = Buffer.from('\r\n');

/** The same NATS at an address of its own, that falls silent in the middle of a pull. */
export interface SilentNats {
  readonly url: string;
  /** How many pulls have ended in silence. */
  readonly silenced: number;
  close(): Promise<void>;
}

/**
 * Of what each consumer pulls first NATS sends `most` messages and then nothing more, neither that it goes on nor that it is over, as a busy
 * server does; the next pull it answers as it should. The connection stands all the time, and everything else comes through: the server is
 * asked for fewer messages than the client waits for, which it does not say when they were sent.
 */
export async function silentNats(url: string, most: number): Promise<SilentNats> {
  const target = new URL(url);
  const known = new Set<string>();
  const sockets = new Set<Socket>();

  /** The bytes of one thing that the client says, as long as before. */
  function said(line: string, payload: Buffer): Buffer {
    const [, consumer] = /^PUB \$JS\.API\.CONSUMER\.MSG\.NEXT\.(\S+)/.exec(line) ?? [];
    if (consumer === undefined || known.has(consumer)) return payload;
    known.add(consumer);
    const fewer = payload.toString().replace(/"batch":\d+/, (all) => `"batch":${String(most)}`.padEnd(all.length));
    return Buffer.from(fewer);
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let unread = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        const end = unread.indexOf(LINE_END);
        if (end < 0) return;
        const line = unread.subarray(0, end).toString();
        const size = /^H?PUB /.test(line) ? Number(line.slice(line.lastIndexOf(' '))) + LINE_END.length : 0;
        const begin = end + LINE_END.length;
        if (unread.length < begin + size) return;
        upstream.write(Buffer.concat([unread.subarray(0, begin), said(line, unread.subarray(begin, begin + size))]));
        unread = unread.subarray(begin + size);
      }
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = new URL(url);
  address.port = String((server.address() as AddressInfo).port);
  return {
    url: address.href,
    get silenced() {
      return known.size;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
