import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { buildApp, type BuiltApp } from './buildApp.ts';
import { dashboardsPage, PAGE_POLICY } from './page.ts';

interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** Asked again each time, and sent only when it has changed. */
const CACHE = 'no-cache';

/**
 * The dashboards' page at `/dashboards`: it asks the graph with the token of whoever looks at it, and no other host for anything.
 *
 * @param options.demoToken filled in for demos; else people give theirs.
 */
export function serveDashboards(app: FastifyInstance, { demoToken }: { readonly demoToken: string | undefined }): void {
  let assets: Promise<Readonly<Record<string, Asset>>> | undefined;

  /** Built when somebody asks first; not kept when it fails. */
  function built(): Promise<Readonly<Record<string, Asset>>> {
    assets ??= buildAssets().catch((error: unknown) => {
      assets = undefined;
      throw error;
    });
    return assets;
  }

  app.get('/dashboards', (_request, reply) =>
    reply
      .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': CACHE, 'referrer-policy': 'no-referrer' })
      .type('text/html; charset=utf-8')
      .send(dashboardsPage(demoToken)),
  );
  for (const name of ['app.js', 'app.css']) {
    app.get(`/dashboards/${name}`, async (request, reply) => {
      const asset = (await built())[name];
      return asset ? send(asset, request, reply) : reply.callNotFound();
    });
  }
}

function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers({
    etag: asset.etag,
    'cache-control': CACHE,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name));
  if (encoding) void reply.header('content-encoding', encoding);
  return reply.type(asset.type).send(encoding ? asset[encoding] : asset.body);
}

async function buildAssets(): Promise<Readonly<Record<string, Asset>>> {
  const { script, styles }: BuiltApp = await buildApp();
  return {
    'app.js': await assetOf('text/javascript; charset=utf-8', script),
    'app.css': await assetOf('text/css; charset=utf-8', styles),
  };
}

async function assetOf(type: string, { text, etag }: { readonly text: string; readonly etag: string }): Promise<Asset> {
  const body = Buffer.from(text);
  const [zipped, br] = await Promise.all([promisify(gzip)(body), promisify(brotliCompress)(body)]);
  return { type, etag, body, gzip: zipped, br };
}
