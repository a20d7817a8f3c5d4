import type { FastifyInstance } from 'fastify';
import { demoPage } from './demoPage.ts';
import { buildWidgetScript, type WidgetScript } from './widgetScript.ts';

/** A new version reaches every site within this time, and most page views ask nobody. */
const SCRIPT_CACHE = 'public, max-age=300, stale-while-revalidate=86400';
const PAGE_POLICY =
  "default-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: https:; connect-src 'self' ws: wss:";

/** `GET /chat/widget.js` for the sites that embed it, and `GET /chat/:siteKey/demo`, a page that does. */
export function serveWidget(app: FastifyInstance, { publicUrl }: { readonly publicUrl: string }): void {
  let script: Promise<WidgetScript> | undefined;

  app.get('/chat/widget.js', async (request, reply) => {
    // Not kept when it fails: the next who asks tries again.
    script ??= buildWidgetScript().catch((error: unknown) => {
      script = undefined;
      throw error;
    });
    const { text, etag } = await script;
    void reply.headers({
      'cache-control': SCRIPT_CACHE,
      etag,
      // Sites with a policy of their own, or cross-origin isolation, may load it too.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(text);
  });

  app.get<{ Params: { siteKey: string } }>('/chat/:siteKey/demo', (request, reply) => {
    const page = demoPage({ siteKey: request.params.siteKey, baseUrl: publicUrl });
    return reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(page);
  });
}
