import type { LabelFacts } from '#schema/events/conversations.ts';
import { isId } from '../../ids.ts';
import type { AgentTransaction } from '../asAgent.ts';

interface Label extends LabelFacts {
  readonly version: number;
}

/** The label, held until the transaction ends: nobody puts it on a conversation meanwhile. */
export async function lockLabel({ sql, companyId }: AgentTransaction, id: string): Promise<Label | undefined> {
  if (!isId(id)) return undefined;
  const [label] = await sql<Label>`
    select id, name, color, version from conversations.labels
    where company_id = ${companyId} and id = ${id} and deleted_at is null for update`;
  return label;
}

export function tellLabel(
  { publish, actor }: AgentTransaction,
  change: 'CREATED' | 'UPDATED' | 'DELETED',
  { id, name, color }: LabelFacts,
): void {
  publish({ type: 'conversation.label.changed', actor, data: { change, label: { id, name, color } } });
}
