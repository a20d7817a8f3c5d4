import { Poison } from '#platform/events/errors.ts';
import type { InboundChannel, InboundFact } from '../inbound.ts';
import { externalMessageId } from './externalId.ts';
import type { TelegramCallback, TelegramMessage } from './update.ts';
import { contactOf, placeOf, senderNameOf } from './who.ts';

/** A button below a message was pressed: what it said is what the person said. */
export function callbackFacts(channel: InboundChannel, callback: TelegramCallback): readonly InboundFact[] {
  const { message, from, data } = callback;
  if (!message) throw Poison.because('no rule for a button of a message that was sent by inline mode');
  if (!data) throw Poison.because('no rule for a button without data');
  const { chat, business_connection_id } = message;
  const place = placeOf(channel, { chat, business_connection_id });
  return [
    {
      kind: 'message',
      data: {
        ...place,
        platform: 'TELEGRAM',
        externalMessageId: `callback:${callback.id}`,
        contact: contactOf(chat, from),
        senderName: senderNameOf({ chat, from }),
        // Telegram does not tell when it was pressed, and the message with the button may be of last week.
        sentAt: new Date().toISOString(),
        text: labelOf(message, data) || data,
        attachments: [],
        replyToExternalId: externalMessageId(place.threadExternalId, message.message_id),
        payload: data,
        story: null,
        referral: null,
        standby: false,
      },
    },
    { kind: 'callback', callbackId: callback.id },
  ];
}

function labelOf({ reply_markup }: TelegramMessage, data: string): string | undefined {
  return reply_markup?.inline_keyboard.flat().find((button) => button.callback_data === data)?.text;
}
