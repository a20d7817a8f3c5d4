import { failure } from '../failure.ts';
import { withoutAnswer } from '../http/sendRequest.ts';
import type { PartChange, ReviseResult } from '../outbound.ts';
import type { TelegramAnswer, TelegramApi } from './api.ts';
import { refusalOf } from './refusals.ts';
import { addressOf, readThread } from './thread.ts';

/**
 * Changes or deletes a message of a bot (https://core.telegram.org/bots/api#updating-messages). Its own a bot may change at
 * any time and delete for 48 hours.
 */
export async function reviseMessage(
  api: TelegramApi,
  token: string,
  { externalMessageId, content }: PartChange,
): Promise<ReviseResult> {
  // The id names the chat that the message is in, also of a group that has moved since.
  const [, thread = '', number = ''] = /^(.*):(\d{1,15})$/.exec(externalMessageId) ?? [];
  const chat = readThread(thread);
  if (!chat) return refused('It is not known which message of Telegram it is.');
  const address = { ...addressOf(chat), message_id: Number(number) };
  if (content === null) {
    const { businessConnectionId: business } = chat;
    const answer =
      business === undefined
        ? await api.call(token, 'deleteMessage', address)
        : await api.call(token, 'deleteBusinessMessages', {
            business_connection_id: business,
            message_ids: [Number(number)],
          });
    return resultOf(answer, /message to delete not found|MESSAGE_ID_INVALID/i);
  }
  const answer =
    'text' in content
      ? await api.call(token, 'editMessageText', { ...address, text: content.text })
      : await api.call(token, 'editMessageCaption', { ...address, caption: content.caption ?? '' });
  return resultOf(answer, /message is not modified/i);
}

/** @param already Says that it is so already. */
function resultOf(answer: TelegramAnswer, already: RegExp): ReviseResult {
  switch (answer.kind) {
    case 'done':
      return { kind: 'done' };
    case 'none':
      return withoutAnswer(answer.exchange);
    case 'refused': {
      const { status, description } = answer;
      if (status === 502 || status === 504) return { kind: 'unconfirmed', reason: description };
      if (status === 400 && already.test(description)) return { kind: 'done' };
      if (status === 400 && /not found|can't be (edited|deleted)/i.test(description)) return refused(description);
      return { kind: 'refused', ...refusalOf(answer) };
    }
  }
}

function refused(why: string): ReviseResult {
  return { kind: 'refused', failure: failure('NOT_SUPPORTED', why, false), again: false };
}
