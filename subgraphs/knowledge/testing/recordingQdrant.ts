import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { listening } from './listening.ts';

/** Something that Qdrant was asked. */
export interface Recorded {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** Passes everything on to Qdrant, but once for each path in `refused`, and keeps what was asked. */
export async function recordingQdrant(target: string) {
  const requests: Recorded[] = [];
  const refused: string[] = [];
  const server = createServer((incoming, response) => {
    const pass = async () => {
      const body = await text(incoming);
      const method = (incoming.method ?? 'GET') as 'GET' | 'PUT' | 'POST';
      requests.push({ path: incoming.url ?? '', body: body === '' ? {} : JSON.parse(body) });
      const headers = { 'content-type': 'application/json' };
      if (incoming.url === refused[0]) {
        refused.shift();
        response.writeHead(400, headers).end('{"status":{"error":"not now"},"time":0}');
        return;
      }
      const answer = await request(`${target}${incoming.url}`, { method, headers, body: body === '' ? null : body });
      response.writeHead(answer.statusCode, headers);
      response.end(await answer.body.text());
    };
    pass().catch(() => response.destroy());
  });
  const { origin: url, close } = await listening(server);
  return { url, requests, refused, close };
}

interface Stage {
  readonly filter?: { readonly must?: readonly unknown[] };
  readonly limit: number;
  readonly prefetch?: readonly Stage[];
}

/** A query and all that it prefetches, however deep. */
export function stagesOf(body: object): Stage[] {
  const stage = body as Stage;
  return [stage, ...(stage.prefetch ?? []).flatMap(stagesOf)];
}

/** Those that write points, and those that read or delete them. */
export function pointRequests(requests: readonly Recorded[]): [writes: Recorded[], others: Recorded[]] {
  const ofPoints = requests.filter(({ path }) => path.includes('/points'));
  const isWrite = ({ path }: Recorded) => /points\?/.test(path);
  return [ofPoints.filter(isWrite), ofPoints.filter((one) => !isWrite(one))];
}

/**
 * The companies that a request is about: of a write those of its points, else those that its conditions name, at the root and in every prefetch.
 *
 * @throws Error for a request that does not keep to one company by `must` alone.
 */
export function companiesOf(asked: Recorded): readonly unknown[] {
  const { points } = asked.body as { readonly points?: readonly { readonly payload: Record<string, unknown> }[] };
  if (points && asked.path.includes('points?')) return points.map(({ payload }) => payload['company_id']);
  return stagesOf(asked.body).map(({ filter = {} }) => {
    const { must = [], ...others } = filter;
    const named = must.filter((condition) => (condition as { key?: unknown }).key === 'company_id');
    if (named.length !== 1 || 'should' in others || 'min_should' in others) {
      throw new Error(`${asked.path} is not kept to one company: ${JSON.stringify(filter)}`);
    }
    return (named[0] as { match?: { value?: unknown } }).match?.value;
  });
}

/** @throws Error where points of several companies, or of none, are written, read or deleted together. */
export function assertKeptApart(requests: readonly Recorded[]): void {
  for (const asked of pointRequests(requests).flat()) {
    const companies = new Set(companiesOf(asked));
    if (companies.size !== 1) throw new Error(`${asked.path} is of ${String(companies.size)} companies`);
  }
}
