import type { Platform } from '#schema/events/values.ts';
import type { OpenFile } from '../attachments/openFile.ts';
import type { PlatformApis } from './apis.ts';
import { failure } from './failure.ts';
import { createInstagramSender } from './instagram/sender.ts';
import { createMessengerSender } from './messenger/sender.ts';
import type { Sender } from './outbound.ts';
import { createTelegramSender } from './telegram/sender.ts';
import { webChatSender } from './webchat/sender.ts';
import { createWhatsAppSender } from './whatsapp/sender.ts';

/** How messages go out, by platform. */
export type Senders = Readonly<Record<Platform, Sender>>;

export function createSenders({ telegram, graphs }: PlatformApis, openFile: OpenFile): Senders {
  return { TELEGRAM: createTelegramSender(telegram, openFile), WEB_CHAT: webChatSender, ...metaSenders(graphs) };
}

function metaSenders(graphs: PlatformApis['graphs']): Omit<Senders, 'TELEGRAM' | 'WEB_CHAT'> {
  if (!graphs) return { MESSENGER: notSetUp, INSTAGRAM: notSetUp, WHATSAPP: notSetUp };
  return {
    MESSENGER: createMessengerSender(graphs.facebook),
    INSTAGRAM: createInstagramSender(graphs),
    WHATSAPP: createWhatsAppSender(graphs.facebook),
  };
}

/** Of channels that were connected while the installation still had an app at Meta. */
const notSetUp: Sender = {
  confirms: false,
  parts: ({ text, files }) => [...(text === null ? [] : [{ text }]), ...files.map((file) => ({ file, caption: null }))],
  paces: () => [],
  send: async () => ({
    kind: 'refused',
    failure: failure('PLATFORM_UNAVAILABLE', 'this installation has no app at Meta: set META_APP_ID again', true),
    again: false,
  }),
  signal: async () => undefined,
};
