import type { FastifyInstance } from 'fastify';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { FileSigner } from '#platform/files/signedAddress.ts';
import { HttpError } from '#platform/http/errors.ts';

interface ExportRoute {
  Params: { companyId: string; exportId: string };
  Querystring: { expires?: unknown; signature?: unknown };
}

const RETRY_AFTER_SECONDS = 5;

/**
 * `GET /files/:companyId/exports/:exportId`: what was packed of a person, for whoever has an address that is signed and not
 * expired. It is nobody's to keep on the way.
 */
export function mountExports(
  app: FastifyInstance,
  { store, signer }: { readonly store: FileStore; readonly signer: FileSigner },
): void {
  app.get<ExportRoute>('/files/:companyId/exports/:exportId', async ({ params, query }, reply) => {
    const key = `${params.companyId}/exports/${params.exportId}`;
    const { kind } = signer.verify(key, query);
    if (kind === 'expired') {
      throw HttpError.forbidden('This address is no longer good: ask the graph for a new one', 'ADDRESS_EXPIRED');
    }
    if (kind === 'forged') {
      throw HttpError.forbidden('This address is not one that was given out', 'SIGNATURE_INVALID');
    }
    const opened = await store.get(key).catch((cause: unknown) => {
      throw HttpError.unavailable('Files cannot be read now: try again.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause,
      });
    });
    if (!opened) throw HttpError.notFound('There is no such file (any more)');
    return reply
      .headers({
        'content-type': 'application/gzip',
        'content-length': opened.size,
        'content-disposition': `attachment; filename="contact-${params.exportId}.tar.gz"`,
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
      })
      .send(opened.stream);
  });
}
