import type { NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { operationId, type OperationAnswer } from '#schema/partners.ts';
import type { Manifest } from '#schema/operations/manifest.ts';
import { sha256 } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import { namedHash, type OperationRequest } from '../operations/persisted.ts';
import type { KeyKeeper } from './keyKeeper.ts';
import type { KeyUse } from './keyUse.ts';
import type { PartnerIdentity } from './partnerKeys.ts';
import { createShortMemory } from './shortMemory.ts';

/** What a partner's key may run: what was published for the partner, and what the installation has registered for everybody. */
export interface RegisteredOperations {
  /**
   * The request with the text that it means. Others than partners with a key get theirs back as it is.
   *
   * @throws OperationError `QUERY_NOT_IN_SAFELIST` for a text of one's own, `PERSISTED_QUERY_NOT_IN_LIST` for an id that means
   *   nothing, `IDENTITY_UNAVAILABLE` when it cannot be found out now.
   */
  resolve(request: OperationRequest, identity: Identity | undefined): Promise<OperationRequest>;
  /** That a company's partners may run something else than before. */
  changed(companyId: string): void;
}

export function createRegisteredOperations(options: {
  readonly keeper: Pick<KeyKeeper, 'operation'>;
  readonly use: Pick<KeyUse, 'noteCall'>;
  /** For everybody. */
  readonly manifest: Manifest;
  readonly nats: Pick<NatsPart, 'connected'>;
  readonly logger: Logger;
}): RegisteredOperations {
  const { keeper, use, nats, logger } = options;
  const forEverybody = new Map(options.manifest.operations.map(({ id, name, body }) => [id, { name, body }]));
  const remembered = createShortMemory<OperationAnswer>({
    isListening: () => nats.connected,
    now: () => performance.now(),
  });

  async function published(identity: PartnerIdentity, id: string): Promise<OperationAnswer | undefined> {
    const { companyId, partner } = identity;
    try {
      const key = [companyId, partner, id].join(' ');
      const found = await remembered.find({ companyId, key }, () => keeper.operation(companyId, { partner, id }));
      if (found) use.noteCall(identity, id);
      return found;
    } catch (error) {
      logger.warn({ err: error }, 'an operation of a partner could not be looked up');
      throw OperationError.identityUnavailable(error);
    }
  }

  return {
    async resolve(request, identity) {
      if (identity?.kind !== 'partner' || identity.keyId === undefined) return request;
      const id = request.query ? sha256(request.query) : namedHash(request);
      if (id === undefined) throw OperationError.onlyRegistered();
      const known = operationId.safeParse(id).success
        ? (forEverybody.get(id) ?? (await published({ ...identity, keyId: identity.keyId }, id)))
        : undefined;
      if (!known) throw request.query ? OperationError.onlyRegistered() : OperationError.notRegistered();
      const { documentId: _id, extensions: _extensions, ...others } = request;
      return { ...others, query: known.body, operationName: known.name };
    },

    changed: (companyId) => remembered.forget(companyId),
  };
}
