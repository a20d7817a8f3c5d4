import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status?: number;
  readonly body?: Buffer | string;
}

/** Where a platform keeps files: answers as it is told, and remembers what it was asked. */
export async function startFileServer() {
  const answers = new Map<string, Answer[]>();
  const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push({ path, headers: request.headers });
    const queue = answers.get(path) ?? [{ status: 404 }];
    const { status = 200, body = '' } = (queue.length > 1 ? queue.shift() : queue[0]) ?? {};
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  return {
    url,
    asked: (path: string) => asked.filter((request) => request.path === path),
    /** Gives these answers in turn, the last one for ever; and where. */
    serve(path: string, ...given: Answer[]): string {
      answers.set(path, given);
      return url + path;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
export type FileServer = Awaited<ReturnType<typeof startFileServer>>;

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** A picture of one pixel. */
export const png = Buffer.from(onePixel, 'base64');
