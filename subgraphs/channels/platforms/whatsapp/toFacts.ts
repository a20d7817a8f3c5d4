import { Poison } from '#platform/events/errors.ts';
import { readEvent } from '../fields.ts';
import type { ToFacts } from '../inbound.ts';
import { changeSchema, valueSchema, type WhatsappError } from './events.ts';
import { echoFacts, messageFacts } from './messages.ts';
import { statusFacts } from './statuses.ts';

/** Fields with the same kind of value: the number's traffic, that of the phone app, and that which another sender handles. */
const fields = new Set(['messages', 'smb_message_echoes', 'standby']);

/**
 * Says one change of WhatsApp in our own words (docs/platform-events/whatsapp.md). The change holds one message, status, echo
 * or error: of several, one without a rule would park the others.
 */
export const whatsappToFacts: ToFacts = (channel, event) => {
  const change = readEvent(changeSchema, event, 'a change of WhatsApp');
  if (!fields.has(change.field)) throw Poison.because(`no rule for field ${change.field}`);
  const value = readEvent(valueSchema, change.value, 'a change of WhatsApp');
  const { messages, message_echoes: echoes, statuses, errors } = value;
  // Belongs to no thread, and somebody has to look at it.
  if (errors[0]) throw Poison.because(`WhatsApp reports an error: ${describe(errors[0])}`);
  if (messages.length + echoes.length + statuses.length === 0) {
    throw Poison.because(`no rule for a change of ${Object.keys(change.value).join(', ')}`);
  }
  const standby = change.field === 'standby';
  return [
    ...messages.flatMap((message) => messageFacts(channel, message, value, standby)),
    ...echoes.flatMap((echo) => echoFacts(channel, echo, value)),
    ...statuses.flatMap((status) => statusFacts(channel, status, value)),
  ];
};

function describe({ code, title, message, error_data }: WhatsappError): string {
  return [code, title || message, error_data?.details].filter(Boolean).join(' · ');
}
