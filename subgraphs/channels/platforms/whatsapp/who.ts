import { Poison } from '#platform/events/errors.ts';
import type { Data } from '../inbound.ts';
import type { WhatsappContact } from './events.ts';

type Contact = Data<'channel.message.received'>['contact'];

/** The other side as an event names it: by number, by the id that it has for this business, or by both. */
interface Named {
  readonly number?: string | undefined;
  readonly userId?: string | undefined;
  readonly groupId?: string | undefined;
}

interface OtherSide {
  readonly threadExternalId: string;
  readonly contact: Contact;
  /** In a group: which member. */
  readonly senderName: string | null;
  /** The person, also in a group. */
  readonly personExternalId: string;
}

/**
 * Who is on the other side, and where an answer goes: both are the person's id for this business when there is one, since a
 * number may be hidden and changes; and both are the group, in a group.
 *
 * @throws Poison when nobody is named.
 */
export function otherSide(named: Named, contacts: readonly WhatsappContact[]): OtherSide {
  const { groupId } = named;
  const card = cardOf(named, contacts);
  const number = named.number ?? card?.wa_id;
  const person = named.userId ?? card?.user_id ?? number;
  if (person === undefined) throw Poison.because('WhatsApp names nobody');
  const name = card?.profile?.name || null;
  const nobody = { name: null, username: null, languageCode: null, phone: null };
  const contact: Contact =
    groupId === undefined
      ? { ...nobody, externalId: person, name, username: card?.profile?.username || null, phone: phoneOf(number) }
      : { ...nobody, externalId: groupId };
  return {
    threadExternalId: contact.externalId,
    contact,
    senderName: groupId === undefined ? null : name,
    personExternalId: person,
  };
}

/** A value may bring along the cards of others. */
function cardOf({ number, userId }: Named, contacts: readonly WhatsappContact[]): WhatsappContact | undefined {
  const known = contacts.find(
    (card) => (userId !== undefined && card.user_id === userId) || (number !== undefined && card.wa_id === number),
  );
  if (known) return known;
  const nameless = number === undefined && userId === undefined;
  return nameless && contacts.length === 1 ? contacts[0] : undefined;
}

/** WhatsApp's ids of numbers are E.164 without the plus sign. */
export function phoneOf(number: string | undefined): string | null {
  return number !== undefined && /^\d{5,15}$/.test(number) ? `+${number}` : null;
}
