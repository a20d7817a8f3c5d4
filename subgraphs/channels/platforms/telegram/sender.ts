import { z } from 'zod';
import type { OpenFile } from '../../attachments/openFile.ts';
import { externalMessageId, messageNumber } from './externalId.ts';
import { failure } from '../failure.ts';
import { withoutAnswer } from '../http/sendRequest.ts';
import { SEND_LIMIT_MS, UPLOAD_LIMIT_MS, type SendOptions, type SendResult, type Sender } from '../outbound.ts';
import type { TelegramAnswer, TelegramApi } from './api.ts';
import { ask } from './ask.ts';
import { partsOf } from './parts.ts';
import { refusalOf } from './refusals.ts';
import { reviseMessage } from './revise.ts';
import { addressOf, isGroup, readThread } from './thread.ts';
import { uploadPart, type NotUploaded } from './uploadPart.ts';

/**
 * Telegram's own numbers: about 30 a second for a bot, 20 a minute for a group, one a second for a person, of whom it lets a
 * few come at once (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Burst and pace
 * together stay below them in any second and any minute.
 */
const BOT_PACE = { perSecond: 25, burst: 3 };
const GROUP_PACE = { perSecond: 17 / 60, burst: 3 };
const PRIVATE_PACE = { perSecond: 1, burst: 3 };

const sentMessage = z.object({ message_id: z.int() });

/** Sends by Telegram bots. */
export function createTelegramSender(api: TelegramApi, openFile: OpenFile): Sender {
  return {
    // Of its own sends, a bot hears nothing.
    confirms: false,
    parts: partsOf,
    paces({ externalId }, threadExternalId) {
      const chat = readThread(threadExternalId);
      return [
        { key: `telegram:${externalId}`, ...BOT_PACE },
        { key: `telegram:${externalId}:${threadExternalId}`, ...(chat && isGroup(chat) ? GROUP_PACE : PRIVATE_PACE) },
      ];
    },
    async send({ token }, part, options) {
      const { threadExternalId } = options;
      const chat = readThread(threadExternalId);
      if (!chat) {
        return { kind: 'refused', failure: failure('RECIPIENT_NOT_FOUND', 'no chat of Telegram', false), again: false };
      }
      const isText = 'text' in part;
      const endsAt = performance.now() + (isText ? SEND_LIMIT_MS : UPLOAD_LIMIT_MS);
      const post = (to: object): Promise<TelegramAnswer | NotUploaded> => {
        const limitMs = endsAt - performance.now();
        if (isText) return api.call(token, 'sendMessage', { ...to, text: part.text }, limitMs);
        return uploadPart({ api, openFile }, token, part, { to, limitMs, stopping: options.stopping });
      };
      const first = await post({ ...addressOf(chat), ...replyOf(options) });
      if (first.kind !== 'refused' || first.migratedTo === undefined) return resultOf(first, threadExternalId);

      const moved = { ...chat, chatId: String(first.migratedTo) };
      // Messages have other numbers there, so it answers none.
      return resultOf(await post(addressOf(moved)), moved.chatId);
    },
    revise: ({ token }, change) => reviseMessage(api, token, change),
    async signal({ token }, threadExternalId, signal) {
      const chat = readThread(threadExternalId);
      if (!chat) return;
      if (signal.kind === 'typing') {
        await ask(api, token, 'sendChatAction', { ...addressOf(chat), action: 'typing' }, z.unknown());
        return;
      }
      // Bots have no read marks of their own; a business has.
      const number = messageNumber(signal.externalMessageId ?? '', threadExternalId);
      if (chat.businessConnectionId === undefined || number === undefined) return;
      await ask(api, token, 'readBusinessMessage', { ...addressOf(chat), message_id: number }, z.unknown());
    },
  };
}

function replyOf({ replyToExternalId, threadExternalId }: SendOptions): object {
  const number = messageNumber(replyToExternalId ?? '', threadExternalId);
  // The customer may have deleted what is answered: the answer is worth sending all the same.
  return number === undefined ? {} : { reply_parameters: { message_id: number, allow_sending_without_reply: true } };
}

function resultOf(answer: TelegramAnswer | NotUploaded, place: string): SendResult {
  switch (answer.kind) {
    case 'notUploaded':
      return { kind: 'refused', ...answer.refusal };
    case 'none':
      return withoutAnswer(answer.exchange);
    case 'refused': {
      // Those of its front, which may come after the message was passed on.
      const { status, description } = answer;
      if (status === 502 || status === 504) return { kind: 'unconfirmed', reason: description };
      return { kind: 'refused', ...refusalOf(answer) };
    }
    case 'done': {
      const sent = sentMessage.safeParse(answer.result);
      if (!sent.success) return { kind: 'unconfirmed', reason: 'an answer without the message’s number' };
      return { kind: 'sent', externalMessageId: externalMessageId(place, sent.data.message_id) };
    }
  }
}
