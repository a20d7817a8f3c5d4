import type { ConversationFilter } from '../../queries/conversationFilter.ts';
import type { AgentTransaction } from '../asAgent.ts';
import { audit } from '../audit.ts';
import type { Visibility } from './viewInput.ts';

interface Values {
  readonly name: string;
  readonly visibility: Visibility;
  readonly filter: ConversationFilter;
}

/** What others see is entered, also that it is shared from now on, or not any more. An agent's own is nobody else's business. */
export async function auditView(
  transaction: AgentTransaction,
  action: 'view.created' | 'view.updated' | 'view.deleted',
  { id, before, after }: { readonly id: string; readonly before?: Values; readonly after?: Values },
): Promise<void> {
  if (before?.visibility !== 'SHARED' && after?.visibility !== 'SHARED') return;
  const subject = { kind: 'view', id };
  await audit(transaction, { action, subject, before: before && valuesOf(before), after: after && valuesOf(after) });
}

function valuesOf({ name, visibility, filter }: Values) {
  return { name, visibility, filter };
}
