import type { Transaction } from '../facts.ts';
import { upsertIdentities, type Arrival, type ContactIdentity } from './contactIdentity.ts';
import { lockConversations, type ConversationRow } from './openConversation.ts';

/** What came by a channel. */
export interface ArrivedMessage extends Arrival {
  readonly externalMessageId: string;
}

/** Who wrote a message, or whom it was written to, and where it belongs; see {@link lockConversations}. */
export interface Place {
  readonly identity: ContactIdentity;
  readonly found: ConversationRow | null | 'repeated';
}

/** What every message that came by a channel begins with, for messages of different threads of a company: two statements for all of them. */
export async function findPlaces(transaction: Transaction, arrived: readonly ArrivedMessage[]): Promise<Place[]> {
  const identities = await upsertIdentities(transaction, arrived);
  const messages = arrived.flatMap((message, index) => {
    const identity = identities[index];
    return identity ? [{ ...message, identity }] : [];
  });
  const found = await lockConversations(transaction, messages);
  return messages.map(({ identity }, index) => ({ identity, found: found[index] ?? null }));
}
