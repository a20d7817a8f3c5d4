import type { Identity } from '#platform/identity/identity.ts';
import type { Variables } from '../operations/variables.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isBulkEvent } from './liveEvent.ts';

/** An agent's own jobs, and nobody else's: one of them, or all. */
export function bulkView(identity: Identity, args: Variables): EventView {
  const id = args['id'];
  return viewOf(isBulkEvent, {
    wants: (event) =>
      identity.kind === 'agent' &&
      event.companyId === identity.companyId &&
      event.data.agentId === identity.agentId &&
      (id == null || id === event.data.jobId),
    toValue: (event, cursor) => ({
      cursor,
      job: { __typename: 'BulkJob', id: event.data.jobId },
      occurredAt: event.occurredAt,
    }),
    mostMissed: Infinity,
  });
}
