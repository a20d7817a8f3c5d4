import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from '../operations/errors.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isDraftEvent } from './liveEvent.ts';

/**
 * What an agent writes on other devices, and nobody else.
 *
 * @throws OperationError `FORBIDDEN` for everybody but agents.
 */
export function draftView(identity: Identity): EventView {
  if (identity.kind !== 'agent') throw OperationError.forbidden('Drafts are for agents: use the token of one.');
  return viewOf(isDraftEvent, {
    wants: ({ companyId, data }) => companyId === identity.companyId && data.agentId === identity.agentId,
    toValue: ({ data, occurredAt }, cursor) => ({
      cursor,
      conversation: { __typename: 'Conversation', id: data.conversationId },
      kind: data.kind,
      draft: data.draftId === null ? null : { __typename: 'Draft', id: data.draftId },
      occurredAt,
    }),
    mostMissed: Infinity,
  });
}
