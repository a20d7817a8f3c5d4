import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { isPermitted, refusal } from '#platform/graphql/access.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createIdentityVerifier, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import { exportFiles, exportPath } from '#schema/exports.ts';
import { access } from '../access.ts';
import type { Exports } from './createExports.ts';
import { statusOf, unauthenticated } from './errors.ts';
import { formats } from './formats.ts';
import { readExport, type AskedExport } from './readExport.ts';

const permission = access.permissions['analytics:read'];

/** Files with a dashboard's figures, for who comes through the router and may see the dashboard. */
export function mountExports(
  app: FastifyInstance,
  { exports, identitySecret }: { readonly exports: Exports; readonly identitySecret: string },
): void {
  const verify = createIdentityVerifier(identitySecret);

  async function identityOf({ headers }: FastifyRequest): Promise<Identity> {
    try {
      const identity = await verify(headers[IDENTITY_HEADER]?.toString());
      if (!isPermitted(permission, identity)) throw refusal(identity, 'an export of figures', permission);
      return identity;
    } catch (error) {
      throw error instanceof IdentityError ? unauthenticated() : error;
    }
  }

  for (const file of exportFiles) {
    app.get(`${exportPath}/${file}`, async (request, reply) => {
      try {
        const { companyId } = await identityOf(request);
        const asked = readExport(new URL(request.url, 'http://exports').searchParams);
        const format = formats[file];
        const stream = await exports.open(companyId, asked, format);
        request.log.info(
          { companyId, file, ...asked.span, interval: asked.interval, by: asked.by },
          'figures are exported',
        );
        return await reply
          .headers({
            'content-type': format.contentType,
            'content-disposition': `attachment; filename="${nameOf(asked)}.${format.extension}"`,
            'cache-control': 'no-store',
          })
          .send(stream);
      } catch (error) {
        return refuse(reply, error);
      }
    });
  }
}

/** Says it as the graph does. @throws whatever is no refusal. */
function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, extensions } = error;
  const { retryAfterSeconds } = extensions;
  if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(statusOf(error)).send({ errors: [{ message, extensions }] });
}

function nameOf({ span, by }: AskedExport): string {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return ['dashboard', ...(by ? [`by-${by}`] : []), day(span.from), day(span.to - 1)].join('-');
}
