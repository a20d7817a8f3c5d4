import { createServer } from 'node:http';
import { listening } from './listening.ts';

export interface Page {
  readonly body: string | Uint8Array;
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A site on this machine whose pages a test can change; what is not there is a 404. */
export async function startSite() {
  const pages = new Map<string, Page>();
  const visits: { readonly path: string; readonly agent: string; readonly at: number }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    visits.push({ path, agent: request.headers['user-agent'] ?? '', at: performance.now() });
    const page = pages.get(path);
    const type = page?.type ?? 'text/html; charset=utf-8';
    response.writeHead(page ? (page.status ?? 200) : 404, { 'content-type': type, ...page?.headers });
    response.end(page?.body ?? '');
  });
  const { origin, close } = await listening(server);
  return {
    origin,
    pages,
    visits,
    close,
  };
}
