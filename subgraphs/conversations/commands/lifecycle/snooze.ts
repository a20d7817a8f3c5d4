import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { transitions } from '../../rules/status.ts';
import type { Outcome } from '../asAgent.ts';
import { changeConversation, type ConversationInput } from '../changeConversation.ts';
import { refuseSnooze, transition } from './transition.ts';

/** Until the time that is given, and without one until the contact writes. What the contact writes ends either. */
export async function snooze(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & { readonly until?: Date | null | undefined },
): Promise<Outcome<{ conversationId: string }>> {
  const until = input.until ?? null;
  return changeConversation(
    database,
    identity,
    input,
    (transaction, conversation) =>
      refuseSnooze(until, 'until') ?? transition(transaction, conversation, transitions.snooze, until),
  );
}
