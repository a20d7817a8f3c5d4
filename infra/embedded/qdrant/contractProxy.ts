import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { type AnySchema, Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';

/** Passes every call on to a server, and holds call and answer against Qdrant's published API. */
export interface ContractProxy {
  readonly url: string;
  /** @throws Error that lists what broke the contract since the last call. */
  assertKept(): void;
  close(): Promise<void>;
}

const mediaSchema = z.object({
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })),
});
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ requestBody: mediaSchema.optional(), responses: z.record(z.string(), z.unknown()) }),
    ),
  ),
  components: z.record(z.string(), z.unknown()),
});

type Check = (body: unknown) => string | undefined;
interface Operation {
  readonly matches: (method: string, path: string) => boolean;
  readonly name: string;
  readonly request?: Check;
  readonly answers: ReadonlyMap<string, Check>;
}

/** @param target address of the server, without a slash at the end. */
export async function startContractProxy(target: string): Promise<ContractProxy> {
  const operations = await readOperations();
  const violations: string[] = [];
  const check = (method: string, path: string, requestBody: string, status: number, answerBody: string): void => {
    const operation = operations.find(({ matches }) => matches(method, path));
    if (!operation) return;
    const wrongAnswer = operation.answers.get(status === 200 ? '200' : '4XX')?.(JSON.parse(answerBody));
    if (wrongAnswer) violations.push(`${operation.name} answered ${status} with ${answerBody}: ${wrongAnswer}`);
    // Tests send wrong requests on purpose; but what the server takes must be right.
    if (status !== 200 || requestBody === '') return;
    const wrongRequest = operation.request?.(JSON.parse(requestBody));
    if (wrongRequest) violations.push(`${operation.name} took ${requestBody}: ${wrongRequest}`);
  };
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const pass = async () => {
      const requestBody = await readAll(request);
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' };
      const init = requestBody === '' ? { method } : { method, headers, body: requestBody };
      const answer = await fetch(target + url, init);
      const answerBody = await answer.text();
      check(method, url.replace(/\?.*/, ''), requestBody, answer.status, answerBody);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(answerBody);
    };
    pass().catch((error: unknown) => {
      violations.push(`${method} ${url} failed: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    assertKept: () => {
      const broken = violations.splice(0);
      if (broken.length > 0) throw new Error(`Qdrant's API was broken:\n${broken.join('\n')}`);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readOperations(): Promise<Operation[]> {
  const { paths, components } = documentSchema.parse(
    JSON.parse(await readFile(new URL('openapi.json', import.meta.url), 'utf8')),
  );
  const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'qdrant', components: toJsonSchema(components) });
  const checkOf = (media: unknown): Check | undefined => {
    const schema = mediaSchema.safeParse(media).data?.content['application/json']?.schema;
    return schema && report(ajv, ajv.compile(toJsonSchema(schema) as AnySchema));
  };
  return Object.entries(paths).flatMap(([template, methods]) => {
    const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return Object.entries(methods).map(([method, { requestBody, responses }]) => {
      const request = checkOf(requestBody);
      const answers = Object.entries(responses).map(([status, answer]) => [status, checkOf(answer)] as const);
      return {
        name: `${method.toUpperCase()} ${template}`,
        matches: (called: string, path: string) => called.toLowerCase() === method && pattern.test(path),
        ...(request ? { request } : {}),
        answers: new Map(answers.flatMap(([status, it]) => (it ? [[status, it] as const] : []))),
      };
    });
  });
}

function report(ajv: Ajv, validate: ValidateFunction): Check {
  return (body) => (validate(body) ? undefined : ajv.errorsText(validate.errors));
}

/** OpenAPI 3.0 says `nullable` where JSON Schema lists the type `null`. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, toJsonSchema(value)]),
  );
  if (typeof rest['$ref'] === 'string') return { ...rest, $ref: rest['$ref'].replace(/^#/, 'qdrant#') };
  if (nullable !== true) return rest;
  return Object.keys(rest).length === 0 ? { type: 'null' } : { anyOf: [rest, { type: 'null' }] };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
