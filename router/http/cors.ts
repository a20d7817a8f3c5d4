import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The longest that browsers believe an answer: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age */
const MAX_AGE_SECONDS = 24 * 60 * 60;

/**
 * Lets pages of any site ask what stands below these paths. That gives nothing away: who somebody is, they say by a token
 * that they send along, and never by a cookie that a browser sends for them. Whose pages a token may be used on, it says
 * itself.
 *
 * @param paths `/graphql` is one path, `/chat/*` all below it.
 */
export function allowAnyOrigin(app: FastifyInstance, paths: readonly string[]): void {
  const allow = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!paths.some((path) => covers(path, request.url))) return;
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after');
  };
  // At the beginning for streams, which are sent past the framework; at the end for what a server that stops refuses before it comes here.
  app.addHook('onRequest', allow);
  app.addHook('onSend', allow);
  for (const url of paths) {
    app.options(url, (_request, reply) =>
      reply
        .header('access-control-allow-methods', 'GET, POST')
        .header(
          'access-control-allow-headers',
          'authorization, content-type, x-file-name, last-event-id, apollo-require-preflight',
        )
        .header('access-control-max-age', String(MAX_AGE_SECONDS))
        .code(204)
        .send(),
    );
  }
}

function covers(path: string, url: string): boolean {
  const pathname = url.split('?', 1)[0] ?? '';
  return path.endsWith('/*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path;
}
