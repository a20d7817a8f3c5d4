import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { KeepFile } from '../attachments/keepFile.ts';
import { keepUpload } from '../attachments/keepUpload.ts';
import { rawBody, takeRawBodies } from '../webhooks/rawBodies.ts';
import type { Door, Page } from './door.ts';
import type { VisitorTokens } from './visitorTokens.ts';

/** `POST /chat/:siteKey/files`: keeps a file of a visitor, to be sent with a message afterwards. */
export function mountChatUploads(
  app: FastifyInstance,
  options: {
    readonly door: Door;
    readonly tokens: VisitorTokens;
    readonly keepFile: KeepFile;
    readonly maxBytes: number;
  },
): void {
  const { door, tokens, keepFile, maxBytes } = options;

  async function assertVisitor({ site, origin }: Page, authorization: string | undefined): Promise<void> {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    const visitor = token === undefined ? undefined : await tokens.read(token, site);
    if (visitor?.origin !== origin) throw HttpError.unauthorized('The token of a visitor of this page is needed.');
  }

  app.register((scope, _options, done) => {
    takeRawBodies(scope);
    scope.decorateRequest('page', null);
    scope.post<{ Params: { siteKey: string } }>('/chat/:siteKey/files', {
      bodyLimit: maxBytes,
      // Before the body is read: a stranger gets nothing of that size into memory.
      async onRequest(request) {
        const page = await door(request, 'upload');
        await assertVisitor(page, request.headers.authorization);
        request.setDecorator<Page>('page', page);
      },
      async handler(request, reply) {
        const { companyId, channelId } = request.getDecorator<Page>('page').site;
        const bytes = rawBody(request.body);
        const claimed = { kind: null, mimeType: request.headers['content-type'] ?? null };
        const kept = await keepUpload(keepFile, { companyId, channelId, bytes, name: nameOf(request), claimed });
        const { id, name, mimeType, size, kind } = kept;
        return reply.code(201).send({ id, name, mimeType, size, kind });
      },
    });
    done();
  });
}

/** Percent-encoded, since a header has no other letters. */
function nameOf({ headers }: FastifyRequest): string | null {
  const given = headers['x-file-name'];
  if (typeof given !== 'string') return null;
  try {
    return decodeURIComponent(given);
  } catch {
    return null;
  }
}
