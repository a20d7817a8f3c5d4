import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FileStoreError } from '#platform/files/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import { FileRefused } from '../attachments/fileRefused.ts';
import type { KeepFile, KeptFile, NewFile } from '../attachments/keepFile.ts';
import { rawBody, takeRawBodies } from '../webhooks/rawBodies.ts';
import type { Door, Page } from './door.ts';
import type { VisitorTokens } from './visitorTokens.ts';

const RETRY_AFTER_SECONDS = 5;

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

  async function keep(file: NewFile): Promise<KeptFile> {
    try {
      return await keepFile(file);
    } catch (error) {
      if (error instanceof FileRefused) {
        throw error.code === 'TOO_LARGE' ? HttpError.tooLarge(error.message) : HttpError.unsupportedType(error.message);
      }
      if (!(error instanceof FileStoreError)) throw error;
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      throw HttpError.unavailable('The file could not be kept: send it again.', { retryAfterSeconds, cause: error });
    }
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
        if (bytes.length === 0) throw HttpError.badRequest('The file is empty.');
        const claimed = { kind: null, mimeType: request.headers['content-type'] ?? null };
        const kept = await keep({ companyId, channelId, bytes, name: nameOf(request), claimed });
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
