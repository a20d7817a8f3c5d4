import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { accountId } from './envelope.ts';
import { readEvent } from '../fields.ts';
import type { SplitItem } from './metaEvent.ts';

const list = z.array(z.unknown()).nullish();

/**
 * The entry names the business account, which may have many phone numbers, so the change says which one.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
 */
const change = z.object({
  field: z.string(),
  value: z.looseObject({
    metadata: z.looseObject({ phone_number_id: accountId }).nullish(),
    contacts: list,
    messages: list,
    message_echoes: list,
    statuses: list,
    errors: list,
  }),
});

/** Where each says with whom it is: in which group, or with which person, who need not have a phone number. */
const counterparts = [
  ['messages', ['group_id', 'from_user_id', 'from']],
  ['message_echoes', ['to_user_id', 'to']],
  ['statuses', ['recipient_user_id', 'recipient_id']],
  ['errors', []],
] as const;

/** A change holds many messages or statuses: each becomes a change of its own, with its own contact and no other. */
export const splitWhatsApp: SplitItem = (_businessId, listOfEntry, item) => {
  if (listOfEntry !== 'changes') throw Poison.because(`no rule for '${listOfEntry}' of WhatsApp`);
  const { field, value } = readEvent(change, item, 'a change of WhatsApp');
  const { contacts, messages, message_echoes, statuses, errors, ...rest } = value;
  const account = value.metadata?.phone_number_id;
  if (account === undefined) throw Poison.because(`no rule for '${field}' of WhatsApp without a phone number`);
  const lists = { messages, message_echoes, statuses, errors };
  const parts = counterparts.flatMap(([name, fields]) =>
    (lists[name] ?? []).map((part) => ({ name, part, ids: idsIn(part, fields) })),
  );
  if (parts.length === 0) {
    return [{ platform: 'WHATSAPP', accountId: account, event: { field, value } }];
  }
  return parts.map(({ name, part, ids }) => {
    const own = contactsOf(ids, contacts, parts.length === 1);
    return {
      platform: 'WHATSAPP',
      accountId: account,
      event: { field, value: { ...rest, ...(own && { contacts: own }), [name]: [part] } },
    };
  });
};

const record = z.record(z.string(), z.unknown());

function idsIn(part: unknown, fields: readonly string[]): string[] {
  const given = record.safeParse(part).data ?? {};
  return fields.map((field) => given[field]).filter((id): id is string => typeof id === 'string' && id !== '');
}

/** The only message has the contacts to itself: a phone number is written in more than one way. */
function contactsOf(ids: readonly string[], contacts: unknown[] | null | undefined, alone: boolean) {
  if (alone || !contacts) return contacts;
  return contacts.filter((contact) => idsIn(contact, ['user_id', 'wa_id']).some((id) => ids.includes(id)));
}
