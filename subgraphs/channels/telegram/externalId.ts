/** Telegram counts messages by chat, so only both together name a message of a bot. */
export function externalMessageId(chatId: number | string, messageId: number): string {
  return `${chatId}:${messageId}`;
}

/** The message's number within its chat, for the API; undefined for an id of another chat or of another form. */
export function messageNumber(externalId: string, chatId: string): number | undefined {
  const [chat, number] = externalId.split(':');
  return chat === chatId && /^\d{1,15}$/.test(number ?? '') ? Number(number) : undefined;
}
