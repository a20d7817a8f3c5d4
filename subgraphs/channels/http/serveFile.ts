import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { FileSigner } from '#platform/files/signedAddress.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isUuid } from '../isUuid.ts';
import { fileById, type FileRow } from '../queries/fileById.ts';
import { byteRange } from './byteRange.ts';
import { contentDisposition } from './contentDisposition.ts';

interface FileRoute {
  Params: { companyId: string; fileId: string };
  Querystring: { expires?: unknown; signature?: unknown };
}

interface Answer {
  readonly status: number;
  readonly outcome: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly stream?: Readable;
}

const RETRY_AFTER_SECONDS = 5;

/**
 * `GET /files/:companyId/:fileId`: a kept file, for whoever has an address that is signed and not expired. Whatever is in
 * it runs nowhere: no script, no guess at another type, in no page.
 */
export function mountFiles(
  app: FastifyInstance,
  options: {
    readonly store: FileStore;
    readonly signer: FileSigner;
    readonly database: Database<SwitchboardCatalogue>;
    readonly metrics: Metrics;
  },
): void {
  const { store, signer, database } = options;
  const served = options.metrics.counter('switchboard_channels_files_served_total', 'Requests for files by outcome', [
    'outcome',
  ]);

  /** Until when the address is good. */
  function authorise({ params, query }: FastifyRequest<FileRoute>): Date {
    const verdict = signer.verify(`${params.companyId}/${params.fileId}`, query);
    if (verdict.kind === 'good') return verdict.expiresAt;
    served.inc({ outcome: verdict.kind });
    throw verdict.kind === 'expired'
      ? HttpError.forbidden('This address is no longer good: ask the graph for a new one', 'ADDRESS_EXPIRED')
      : HttpError.forbidden('This address is not one that was given out', 'SIGNATURE_INVALID');
  }

  async function find({ companyId, fileId: id }: FileRoute['Params']): Promise<FileRow> {
    const row = isUuid(companyId) && isUuid(id) ? await fileById(database, { companyId, id }) : undefined;
    if (!row) throw missing();
    return row;
  }

  function missing(): HttpError {
    served.inc({ outcome: 'missing' });
    return HttpError.notFound('There is no such file');
  }

  async function open(key: string, range: Parameters<FileStore['get']>[1]) {
    try {
      return await store.get(key, range);
    } catch (cause) {
      served.inc({ outcome: 'unavailable' });
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      throw HttpError.unavailable('Files cannot be read now: try again.', { retryAfterSeconds, cause });
    }
  }

  async function answerTo(
    request: FastifyRequest<FileRoute>,
    { mimeType, size }: FileRow,
    etag: string,
  ): Promise<Answer> {
    if (names(request.headers['if-none-match'], etag)) return { status: 304, outcome: 'unchanged', headers: {} };
    const range = rangeOf(request, etag, size);
    if (range === 'unsatisfiable') {
      return { status: 416, outcome: 'unsatisfiable', headers: { 'content-range': `bytes */${String(size)}` } };
    }
    const headers = {
      'content-type': mimeType,
      'content-length': range ? range.end - range.start + 1 : size,
      ...(range && { 'content-range': `bytes ${String(range.start)}-${String(range.end)}/${String(size)}` }),
    };
    const status = range ? 206 : 200;
    if (request.method === 'HEAD') return { status, outcome: 'head', headers };
    const { companyId, fileId } = request.params;
    const opened = await open(`${companyId}/${fileId}`, range);
    if (!opened) throw missing();
    return { status, outcome: range ? 'part' : 'whole', headers, stream: opened.stream };
  }

  app.route<FileRoute>({
    method: ['GET', 'HEAD'],
    url: '/files/:companyId/:fileId',
    async handler(request, reply) {
      const expiresAt = authorise(request);
      const file = await find(request.params);
      // What is under an id never changes.
      const etag = `"${request.params.fileId}"`;
      const { status, outcome, headers, stream } = await answerTo(request, file, etag);
      served.inc({ outcome });
      const common = {
        etag,
        'accept-ranges': 'bytes',
        'cache-control': `private, max-age=${String(secondsUntil(expiresAt))}`,
        'content-disposition': contentDisposition(file.mimeType, file.name),
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      };
      return reply
        .code(status)
        .headers({ ...common, ...headers })
        .send(stream);
    },
  });
}

/** A part of what somebody has in part already is of use only when it is still the same file. */
function rangeOf({ headers }: FastifyRequest<FileRoute>, etag: string, size: number) {
  const condition = headers['if-range'];
  return condition === undefined || condition === etag ? byteRange(headers.range, size) : undefined;
}

function names(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

function secondsUntil(time: Date): number {
  return Math.max(0, Math.floor((time.getTime() - Date.now()) / 1_000));
}
