/**
 * Where an answer goes. A business's own chats are apart from the bot's chats with the same people: they are answered through
 * the business connection only.
 */
export function threadOf(chatId: number, businessConnectionId: string | undefined): string {
  return businessConnectionId === undefined ? String(chatId) : `business:${businessConnectionId}:${chatId}`;
}

/** Telegram counts messages by chat, so only both together name a message of a bot. */
export function externalMessageId(thread: number | string, messageId: number): string {
  return `${thread}:${messageId}`;
}

/** The message's number within its chat, for the API; undefined for an id of another chat or of another form. */
export function messageNumber(externalId: string, thread: string): number | undefined {
  const [, chat, number] = /^(.*):(\d{1,15})$/.exec(externalId) ?? [];
  return chat === thread ? Number(number) : undefined;
}
