import { once } from 'node:events';
import { WebSocket } from 'ws';
import { eventually } from '#test/stack/eventually.ts';
import { SUBPROTOCOL } from '../socket/protocol.ts';

export type RawSocket = Awaited<ReturnType<typeof connectTo>>;

/** A socket without a client's manners, with all that it received. */
export async function connectTo(
  url: string,
  options: {
    /** Where it is kept, to be cut at the end. */
    readonly open: Set<WebSocket>;
    readonly autoPong?: boolean;
    readonly headers?: Record<string, string>;
  },
) {
  const { open, autoPong = true, headers = {} } = options;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, SUBPROTOCOL, { autoPong, headers });
  open.add(socket);
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) messages.push(JSON.parse(data.toString()));
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, 'open');
  return {
    socket,
    messages,
    closed,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    received: async (type: string, count = 1) =>
      eventually(() => {
        const found = messages.filter((message) => message.type === type);
        if (found.length < count) throw new Error(`${found.length} of ${count} ${type}`);
        return found;
      }),
  };
}
