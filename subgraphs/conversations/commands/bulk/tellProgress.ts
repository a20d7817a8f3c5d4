import type { Actor } from '#platform/events/catalogue.ts';
import type { BulkProgress } from '#schema/events/conversations.ts';
import type { Transaction } from '../../facts.ts';

export function tellProgress({ publish }: Transaction, progress: BulkProgress): void {
  const actor: Actor = { kind: 'agent', id: progress.agentId };
  publish({ type: 'conversation.bulk.progressed', actor, data: progress });
}
