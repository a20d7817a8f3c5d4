import { LRUCache } from 'lru-cache';

export interface Person {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly languageCode?: string;
}

export interface Group {
  readonly id: number;
  readonly title: string;
}

/** A person's account that a bot speaks for. */
export interface BusinessConnection {
  readonly id: string;
  readonly botId: string;
  readonly ownerId: number;
}

export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly path: string;
}

/** A demo may run for days: of everything the newest are kept. */
const MAX_CHATS = 100_000;
const MAX_FILES = 100;
/** A bot answers in the name of a business for so long after the person wrote. */
const BUSINESS_WINDOW_MS = 24 * 60 * 60 * 1_000;

/** What Telegram knows of people, groups and their messages. @param firstMessageId Of each chat. */
export function createChats(firstMessageId: number) {
  const lastIds = new LRUCache<string, number>({ max: MAX_CHATS });
  const known = new LRUCache<string, object>({ max: MAX_CHATS });
  const blocked = new LRUCache<string, true>({ max: MAX_CHATS });
  const heardAt = new LRUCache<string, number>({ max: MAX_CHATS });
  const moved = new Map<string, number>();
  const businesses = new Map<string, BusinessConnection>();
  const files = new LRUCache<string, StoredFile>({ max: MAX_FILES });
  let lastFile = 0;

  return {
    nextMessageId(place: string): number {
      const id = (lastIds.get(place) ?? firstMessageId - 1) + 1;
      lastIds.set(place, id);
      return id;
    },
    /** As getChat tells it; undefined for who never wrote. */
    chat: (id: string) => known.get(id),
    remember: (chat: { readonly id: number; readonly [field: string]: unknown }) =>
      known.set(String(chat.id), { ...known.get(String(chat.id)), ...chat }),
    block: (botId: string, userId: number) => blocked.set(`${botId}:${String(userId)}`, true),
    unblock: (botId: string, userId: number) => blocked.delete(`${botId}:${String(userId)}`),
    isBlocked: (botId: string, chatId: string) => blocked.has(`${botId}:${chatId}`),
    /** A group becomes a supergroup. */
    migrate: (chatId: number, to: number) => moved.set(String(chatId), to),
    movedTo: (chatId: string) => moved.get(chatId),
    connectBusiness: (connection: BusinessConnection) => businesses.set(connection.id, connection),
    business: (id: string) => businesses.get(id),
    heard: (connectionId: string, chatId: number) => heardAt.set(`${connectionId}:${String(chatId)}`, Date.now()),
    heardLately: (connectionId: string, chatId: string) =>
      Date.now() - (heardAt.get(`${connectionId}:${chatId}`) ?? -Infinity) < BUSINESS_WINDOW_MS,
    /** Gives the file's id. */
    keepFile(bytes: Uint8Array, name: string): string {
      const id = `file_${String(++lastFile)}`;
      files.set(id, { bytes, path: `files/${id}/${name}` });
      return id;
    },
    file: (id: string) => files.get(id),
    fileAt: (path: string) => [...files.values()].find((file) => file.path === path),
  };
}
export type Chats = ReturnType<typeof createChats>;
