import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { execute, parse, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { executableSubgraphs } from './graph.ts';

/** The subgraphs of the benchmark. What was asked once is answered from memory: the routers are measured, and not these. */

const requestSchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });
let requests = 0;

async function answer(schema: GraphQLSchema, body: string): Promise<string> {
  const { query, variables } = requestSchema.parse(JSON.parse(body));
  return JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables }));
}

async function serve(schema: GraphQLSchema): Promise<string> {
  const known = new Map<string, string>();
  async function respond(request: IncomingMessage): Promise<string> {
    requests += 1;
    const body = await text(request);
    const answered = known.get(body) ?? (await answer(schema, body));
    known.set(body, answered);
    return answered;
  }
  const server: Server = createServer((request, response) => {
    void respond(request).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.keepAliveTimeout = 60_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`;
}

const urls = await Promise.all(
  executableSubgraphs().map(async ([name, schema]) => [name, await serve(schema)] as const),
);
process.on('message', () => process.send?.({ requests }));
process.send?.({ urls: Object.fromEntries(urls) });
