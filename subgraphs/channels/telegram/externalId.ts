/**
 * Telegram counts messages by chat, so only both together name a message of a bot. A business' chat with a person has the
 * same id as the bot's own, so it is the thread that counts.
 */
export function externalMessageId(threadExternalId: number | string, messageId: number): string {
  return `${threadExternalId}:${messageId}`;
}

/** The message's number within its thread, for the API; undefined for an id of another thread or of another form. */
export function messageNumber(externalId: string, threadExternalId: string): number | undefined {
  const [, thread, number] = /^(.+):(\d{1,15})$/.exec(externalId) ?? [];
  return thread === threadExternalId ? Number(number) : undefined;
}
