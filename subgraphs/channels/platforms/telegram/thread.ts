/** Where a thread's messages go. */
export interface TelegramChat {
  readonly chatId: string;
  /** The bot speaks in the name of the business that connected it. */
  readonly businessConnectionId: string | undefined;
}

/** Reads a thread's external id, `<chat>` or `business:<connection>:<chat>`; undefined for any other form. */
export function readThread(threadExternalId: string): TelegramChat | undefined {
  const [, businessConnectionId, chatId] = /^(?:business:([^:]+):)?(-?\d{1,19})$/.exec(threadExternalId) ?? [];
  return chatId === undefined ? undefined : { chatId, businessConnectionId };
}

/** Groups, supergroups and channels have negative ids (https://core.telegram.org/bots/api#chat). */
export function isGroup({ chatId }: TelegramChat): boolean {
  return chatId.startsWith('-');
}

/** How a call says which chat it is about. */
export function addressOf({ chatId, businessConnectionId }: TelegramChat): object {
  return {
    chat_id: chatId,
    ...(businessConnectionId !== undefined && { business_connection_id: businessConnectionId }),
  };
}
