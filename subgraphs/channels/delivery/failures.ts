import type { DeliveryFailure, Platform } from '#schema/events/values.ts';
import { fileRefusal, type FileToSend } from '#schema/platformFiles.ts';
import { failure } from '../platforms/failure.ts';

const names: Readonly<Record<Platform, string>> = {
  MESSENGER: 'Messenger',
  INSTAGRAM: 'Instagram',
  TELEGRAM: 'Telegram',
  WHATSAPP: 'WhatsApp',
  WEB_CHAT: 'The web chat',
};

export const channelNotFound = failure('CHANNEL_NOT_FOUND', 'There is no such channel to send it by.', false);

export const channelRemoved = failure(
  'CHANNEL_REMOVED',
  'The channel was removed before the message could be sent.',
  false,
);

export const messageEmpty = failure('MESSAGE_EMPTY', 'There is nothing in the message that can be sent.', false);

export const notRevisable = failure(
  'NOT_SUPPORTED',
  'The contact has the message already, and the platform lets no message be changed.',
  false,
);

/** A person decides whether to risk that it arrives twice: that is what retryable says. */
export const sendUnconfirmed = failure(
  'SEND_UNCONFIRMED',
  'The platform did not say whether it took the message: the contact may have it already.',
  true,
);

/** Worth another try as soon as the contact has written. */
export function windowClosed(platform: Platform): DeliveryFailure {
  const words = 'lets a company answer only for a time after the contact wrote, and that time is over.';
  return failure('WINDOW_CLOSED', `${names[platform]} ${words}`, true);
}

/** Nothing of the message goes out: the contact would have half of it. */
export function fileRefused(platform: Platform, file: FileToSend): DeliveryFailure {
  return failure('FILE_REFUSED', `${names[platform]} does not take the file. ${fileRefusal(platform, file)}`, false);
}

/** Where a receipt says no more than that it failed. */
export const notDelivered = failure('PLATFORM_REFUSED', 'The platform could not deliver the message.', true);
