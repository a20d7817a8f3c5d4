import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Part } from '#platform/lifecycle/part.ts';

export interface LocalServer extends Part {
  /** Throws before the start. */
  url(): string;
}

export interface LocalServerOptions {
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port, which a restart keeps. */
  readonly port: number;
  /** When it rejects, the connection is cut. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;

/** The server that a stand-in answers by. */
export function createLocalServer({ name, host, port: wanted, answer }: LocalServerOptions): LocalServer {
  let port = wanted;
  let server: Server | undefined;

  return {
    name,
    url() {
      if (!server) throw new Error(`the ${name} has no address before its start`);
      return `http://${host}:${port}`;
    },
    async start() {
      const starting = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      starting.listen(port, host);
      await once(starting, 'listening');
      const address = starting.address();
      if (typeof address === 'object' && address) ({ port } = address);
      server = starting;
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (!stopping) return;
      stopping.close();
      stopping.closeAllConnections();
      await once(stopping, 'close');
    },
  };
}

/** Undefined when it is above the limit: it is read to its end, so that the answer arrives, and not kept. */
export async function bytesOf(request: AsyncIterable<Buffer>, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  return bytes <= limit ? Buffer.concat(chunks) : undefined;
}

/** The same, as text. */
export async function bodyOf(request: AsyncIterable<Buffer>): Promise<string | undefined> {
  return (await bytesOf(request, BODY_LIMIT))?.toString();
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
