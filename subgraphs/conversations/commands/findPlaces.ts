import type { Transaction } from '../facts.ts';
import { upsertIdentities, type Arrival, type ContactIdentity } from './contactIdentity.ts';
import { lockConversations, takeOpenings, type ConversationRow, type Opening } from './openConversation.ts';

/** What came by a channel. */
export interface ArrivedMessage extends Arrival {
  readonly externalMessageId: string;
}

/** Who wrote a message, or whom it was written to, and where it belongs; see {@link lockConversations}. */
export interface Place {
  readonly identity: ContactIdentity;
  readonly found: ConversationRow | null | 'repeated';
  /** For the conversation that begins where none was found. */
  readonly opening: Opening | undefined;
}

/**
 * What every message that came by a channel begins with, for messages of different threads of a company: two statements for all of them,
 * four where conversations begin.
 */
export async function findPlaces(transaction: Transaction, arrived: readonly ArrivedMessage[]): Promise<Place[]> {
  const identities = await upsertIdentities(transaction, arrived);
  const messages = arrived.flatMap((message, index) => {
    const identity = identities[index];
    return identity ? [{ ...message, identity }] : [];
  });
  const found = await lockConversations(transaction, messages);
  const [first] = arrived;
  const beginning = found.filter((one) => one === null).length;
  const openings = first ? await takeOpenings(transaction, first.companyId, beginning) : [];
  return messages.map(({ identity }, index) => {
    const place = found[index] ?? null;
    return { identity, found: place, opening: place === null ? openings.shift() : undefined };
  });
}

/** Also of one that begins because what was found is over. */
export async function openingOf(transaction: Transaction, companyId: string, { opening }: Place): Promise<Opening> {
  const [another] = opening ? [opening] : await takeOpenings(transaction, companyId, 1);
  if (!another) throw new Error('a conversation that begins has no number');
  return another;
}
