import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from '../operations/errors.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isPresenceEvent } from './liveEvent.ts';

/**
 * Who of the company comes and goes.
 *
 * @throws OperationError `FORBIDDEN` for everybody but agents.
 */
export function presenceView(identity: Identity): EventView {
  if (identity.kind !== 'agent') throw OperationError.forbidden('Who is there is shown to agents.');
  return viewOf(isPresenceEvent, {
    wants: (event) => event.companyId === identity.companyId,
    toValue: ({ data, occurredAt }, cursor) => ({
      cursor,
      agent: { __typename: 'Agent', id: data.agentId },
      presence: data.presence,
      since: data.since,
      occurredAt,
    }),
    mostMissed: Infinity,
  });
}
