import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { HttpError } from '#platform/http/errors.ts';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import { createIdentityVerifier, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import {
  keyQuestion,
  keysUsed,
  operationQuestion,
  partnerPaths,
  type KeyAnswer,
  type OperationAnswer,
} from '#schema/partners.ts';
import { noteKeysUsed } from '../commands/partners/noteKeysUsed.ts';
import { publishedOperation } from '../queries/partnerOperations.ts';
import { goodPartnerKey } from '../queries/partnerKeys.ts';

/**
 * What the router asks and tells about partners' keys, before there is anybody in whose name it could ask the graph. Only services
 * of our own get in.
 */
export function mountPartnerRoutes(
  app: FastifyInstance,
  { database, identitySecret }: { readonly database: Database<SwitchboardCatalogue>; readonly identitySecret: string },
): void {
  const verify = createIdentityVerifier(identitySecret);

  /** @throws HttpError 401 for everybody else. */
  async function companyOf({ headers }: FastifyRequest): Promise<string> {
    try {
      const identity = await verify(headers[IDENTITY_HEADER]?.toString());
      if (identity.kind === 'service') return identity.companyId;
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
    }
    throw HttpError.unauthorized('This is for services of the installation.');
  }

  app.post(partnerPaths.key, async (request, reply) => {
    const companyId = await companyOf(request);
    const { keyId, hash } = read(keyQuestion, request.body);
    // Not from a replica, which may not have heard yet that the key was revoked.
    const key = await database.write(companyId, ({ sql }) => goodPartnerKey(sql, companyId, keyId));
    if (!key || !secretsEqual(key.hash, hash)) {
      throw HttpError.notFound('There is no such key, or not any more.');
    }
    const { partner, scopes, requestsPerMinute, costPerMinute, expiresAt } = key;
    const answer: KeyAnswer = {
      partner,
      scopes: [...scopes],
      requestsPerMinute,
      costPerMinute,
      expiresAt: expiresAt?.toISOString() ?? null,
    };
    return reply.send(answer);
  });

  app.post(partnerPaths.operation, async (request, reply) => {
    const companyId = await companyOf(request);
    const { partner, id } = read(operationQuestion, request.body);
    const operation = await database.write(companyId, ({ sql }) => publishedOperation(sql, { companyId, partner, id }));
    if (!operation) throw HttpError.notFound('The partner has no such operation, or not any more.');
    const { name, body }: OperationAnswer = operation;
    return reply.send({ name, body });
  });

  app.post(partnerPaths.used, async (request, reply) => {
    const companyId = await companyOf(request);
    await noteKeysUsed(database, companyId, read(keysUsed, request.body).used);
    return reply.code(204).send();
  });
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw HttpError.badRequest('This is not what is sent here.');
  return parsed.data;
}
