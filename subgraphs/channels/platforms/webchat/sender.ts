import { readPartReference, type Sender } from '../outbound.ts';

/**
 * There is nobody to call: a visitor sees a message, its files included, as soon as the conversation has it. So each message is
 * one part, is sent at once, and keeps its own id, by which the visitor's client says that it was read.
 */
export const webChatSender: Sender = {
  confirms: false,
  parts({ text, files: [file] }) {
    if (text !== null) return [{ text }];
    return file ? [{ file, caption: null }] : [];
  },
  paces: () => [],
  send: async (_account, _part, { reference }) => ({
    kind: 'sent',
    externalMessageId: readPartReference(reference)?.messageId ?? reference,
  }),
  // Who is writing is told to the visitor by the router.
  signal: async () => undefined,
};
