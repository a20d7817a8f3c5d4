import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createIdentityVerifier, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import { biPath, biScope } from '#schema/bi.ts';
import { BiError } from '../errors.ts';
import type { QueryLog } from '../queryLog.ts';
import type { Answer, Statements } from '../statements.ts';
import { statusOf, tellable } from '../tell.ts';
import { compressedBlock } from './blocks/blocks.ts';
import { encoded, encodingOf, wantsBlocks } from './compressed.ts';
import { headerOf, queryIdOf, readStatement, type AskedStatement } from './readStatement.ts';

type Partner = Extract<Identity, { readonly kind: 'partner' }>;

/** Where a request stands, for the log. */
interface Asking {
  readonly partner: Partner;
  readonly startedAt: number;
  readonly at: Date;
  readonly queryId: string;
}

/** ClickHouse's HTTP interface, for who comes through the router with a key for it. */
export function mountBi(
  app: FastifyInstance,
  options: {
    readonly statements: Statements;
    readonly log: QueryLog;
    readonly identitySecret: string;
  },
): void {
  const { statements, log } = options;
  const verify = createIdentityVerifier(options.identitySecret);

  /** @throws BiError for everybody who has no key for this. */
  async function partnerOf(request: FastifyRequest): Promise<Partner> {
    try {
      const identity = await verify(headerOf(request, IDENTITY_HEADER));
      if (identity.kind === 'partner' && identity.scopes.includes(biScope)) return identity;
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
    }
    throw BiError.notAvailable('SQL without a key that has its scope');
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const search = new URL(request.url, 'http://bi').searchParams;
    const queryId = queryIdOf(search, request);
    let asking: Asking | undefined;
    let statement: AskedStatement | undefined;
    try {
      asking = { partner: await partnerOf(request), startedAt: performance.now(), at: new Date(), queryId };
      statement = await readStatement(search, request);
      const { companyId } = asking.partner;
      const found = await statements.run({ ...statement, companyId });
      return await give(request, reply, { search, asking, statement, found });
    } catch (error) {
      const told = tellable(error);
      if (told.code === 210) request.log.warn({ err: error }, 'a statement of a BI tool could not be run');
      if (asking) enter(asking, request, { statement, told, format: statement?.format ?? '', bytes: 0 });
      return refuse(reply, told, { queryId, inBlocks: wantsBlocks(search) });
    }
  }

  async function give(
    request: FastifyRequest,
    reply: FastifyReply,
    given: { search: URLSearchParams; asking: Asking; statement: AskedStatement; found: Answer },
  ): Promise<FastifyReply> {
    const { search, asking, statement, found } = given;
    const encoding = encodingOf(search, headerOf(request, 'accept-encoding'));
    const counted = counter();
    void pipeline(found.stream, counted.stream)
      .then(
        () => undefined,
        (error: unknown) => tellable(error),
      )
      .then((told) => {
        found.end();
        enter(asking, request, { statement, told, format: found.format, bytes: counted.bytes() });
      });
    const summary = JSON.stringify({
      read_rows: '0',
      read_bytes: '0',
      written_rows: '0',
      written_bytes: '0',
      total_rows_to_read: '0',
      result_rows: found.rows,
      result_bytes: '0',
      elapsed_ns: String(Math.round((performance.now() - asking.startedAt) * 1_000_000)),
    });
    void reply.headers({
      ...commonHeaders(asking.queryId),
      'content-type': found.contentType,
      'x-clickhouse-format': found.format,
      'x-clickhouse-summary': summary,
      ...(statement.wantsProgress && { 'x-clickhouse-progress': summary }),
      ...(encoding && { 'content-encoding': encoding }),
    });
    return reply.send(encoded(counted.stream, { inBlocks: wantsBlocks(search), encoding }));
  }

  function enter(
    { partner, startedAt, at, queryId }: Asking,
    request: FastifyRequest,
    became: { statement: AskedStatement | undefined; told: BiError | undefined; format: string; bytes: number },
  ): void {
    log.add({
      companyId: partner.companyId,
      at,
      queryId,
      partner: partner.partner,
      keyId: partner.keyId,
      client: headerOf(request, 'user-agent') ?? '',
      statement: became.statement?.text ?? '',
      format: became.format,
      durationMs: performance.now() - startedAt,
      resultBytes: became.bytes,
      exceptionCode: became.told?.code ?? 0,
      exception: became.told?.type ?? '',
    });
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.route({ method: ['GET', 'POST'], url: biPath, handler: answer });
  });
}

/** The refusals that clients who want blocks expect in one: those of statements. The others come from before a server knows what is asked. */
const inBlocksToo = [400, 404, 500];

function refuse(
  reply: FastifyReply,
  told: BiError,
  { queryId, inBlocks }: { readonly queryId: string; readonly inBlocks: boolean },
): FastifyReply {
  const status = statusOf(told);
  const text = Buffer.from(`Code: ${String(told.code)}. DB::Exception: ${told.message}. (${told.type})\n`);
  return reply
    .code(status)
    .headers({
      ...commonHeaders(queryId),
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(told.code),
    })
    .send(inBlocks && inBlocksToo.includes(status) ? compressedBlock(text) : text);
}

function commonHeaders(queryId: string) {
  return {
    'x-clickhouse-query-id': queryId,
    'x-clickhouse-server-display-name': 'switchboard',
    'x-clickhouse-timezone': 'UTC',
    'cache-control': 'no-store',
  };
}

/** Counts what goes through. */
function counter(): { readonly stream: Readable & NodeJS.WritableStream; bytes(): number } {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
