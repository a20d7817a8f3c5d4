import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { v7 } from 'uuid';
import { BiError } from '../errors.ts';
import { DEFAULT_FORMAT } from '../formats.ts';
import { readSettings, type Settings } from '../settings.ts';

/** What a client of ClickHouse's HTTP interface asks. */
export interface AskedStatement {
  readonly text: string;
  readonly queryId: string;
  readonly format: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: Settings;
  readonly wantsProgress: boolean;
}

const MOST_BYTES = 1024 ** 2;
const decoders: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gunzip)(body, { maxOutputLength: MOST_BYTES }),
  deflate: (body) => promisify(inflate)(body, { maxOutputLength: MOST_BYTES }),
  br: (body) => promisify(brotliDecompress)(body, { maxOutputLength: MOST_BYTES }),
  zstd: (body) => promisify(zstdDecompress)(body, { maxOutputLength: MOST_BYTES }),
};

/** The query id that a client gives, or one of ours. */
export function queryIdOf(search: URLSearchParams, request: FastifyRequest): string {
  const given = search.get('query_id') ?? request.headers['x-clickhouse-query-id'];
  return typeof given === 'string' && /^[\w.:@-]{1,128}$/.test(given) ? given : v7();
}

/** @throws BiError for what cannot be asked. */
export async function readStatement(search: URLSearchParams, request: FastifyRequest): Promise<AskedStatement> {
  const database = search.get('database') ?? headerOf(request, 'x-clickhouse-database') ?? '';
  if (!['', 'bi', 'default'].includes(database)) throw BiError.unknownDatabase(database);
  if (search.get('decompress') === '1') throw BiError.notImplemented('A statement compressed by decompress=1');
  if (headerOf(request, 'content-type')?.startsWith('multipart/')) throw BiError.notImplemented('multipart/form-data');
  const parts = [search.get('query') ?? '', await bodyOf(request)];
  return {
    text: parts.filter((part) => part.trim() !== '').join('\n'),
    queryId: queryIdOf(search, request),
    format: search.get('default_format') ?? headerOf(request, 'x-clickhouse-format') ?? DEFAULT_FORMAT,
    parameters: new Map(
      [...search]
        .filter(([name]) => name.startsWith('param_'))
        .map(([name, value]) => [name.slice('param_'.length), value]),
    ),
    settings: readSettings(search),
    wantsProgress: search.get('send_progress_in_http_headers') === '1',
  };
}

export function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  return headers[name]?.toString();
}

async function bodyOf(request: FastifyRequest): Promise<string> {
  const { body } = request;
  if (!Buffer.isBuffer(body)) return '';
  const encoding = headerOf(request, 'content-encoding') ?? 'identity';
  if (encoding === 'identity') return body.toString();
  const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (!decode) throw BiError.notImplemented(`Content-Encoding ${encoding}`);
  try {
    return (await decode(body)).toString();
  } catch {
    throw BiError.badValue(`The body is not what its Content-Encoding, ${encoding}, says`);
  }
}
