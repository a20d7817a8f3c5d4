import type { IncomingHttpHeaders } from 'node:http';
import { createLocalServer } from '#test/standins/localServer.ts';

interface Answer {
  readonly status?: number;
  readonly body?: Buffer | string;
}

/** Where a platform keeps files: answers as it is told, and remembers what it was asked. */
export async function startFileServer() {
  const answers = new Map<string, Answer[]>();
  const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createLocalServer({
    name: 'file server',
    host: '127.0.0.1',
    port: 0,
    async answer(request, response) {
      const path = request.url ?? '/';
      asked.push({ path, headers: request.headers });
      const queue = answers.get(path) ?? [{ status: 404 }];
      const { status = 200, body = '' } = (queue.length > 1 ? queue.shift() : queue[0]) ?? {};
      response.writeHead(status).end(body);
    },
  });
  await server.start();
  const url = server.url();

  return {
    url,
    asked: (path: string) => asked.filter((request) => request.path === path),
    /** Gives these answers in turn, the last one for ever; and where. */
    serve(path: string, ...given: Answer[]): string {
      answers.set(path, given);
      return url + path;
    },
    close: () => server.stop(),
  };
}

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** A picture of one pixel. */
export const png = Buffer.from(onePixel, 'base64');
