import { createServer, type RequestListener } from 'node:http';
import { listening } from './listening.ts';

export interface Page {
  readonly body: string | Uint8Array;
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A site on this machine whose pages a test can change; what is not there is a 404. It has as many addresses as are wanted, each with all
 * its pages: visitors take their time at an address, and tests need not wait for one another.
 */
export async function startSite({ addresses }: { readonly addresses: number }) {
  const pages = new Map<string, Page>();
  const visits: { readonly path: string; readonly agent: string; readonly at: number }[] = [];
  const serve: RequestListener = (request, response) => {
    const path = request.url ?? '';
    visits.push({ path, agent: request.headers['user-agent'] ?? '', at: performance.now() });
    const page = pages.get(path);
    const type = page?.type ?? 'text/html; charset=utf-8';
    response.writeHead(page ? (page.status ?? 200) : 404, { 'content-type': type, ...page?.headers });
    response.end(page?.body ?? '');
  };
  const servers = await Promise.all(Array.from({ length: addresses }, () => listening(createServer(serve))));
  return {
    origins: servers.map(({ origin }) => origin),
    pages,
    visits,
    async close() {
      await Promise.all(servers.map(({ close }) => close()));
    },
  };
}
