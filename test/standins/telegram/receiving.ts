import { LRUCache } from 'lru-cache';
import type { Chats, Group, Person } from './chats.ts';
import { placeOf } from './sending.ts';
import type { Webhooks } from './webhooks.ts';

/** A file as a person's phone sends it. */
export interface CustomerFile {
  readonly medium: 'photo' | 'document' | 'audio' | 'voice' | 'video';
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly mimeType: string;
}

/** What a person does. */
export type Happening = {
  readonly from: Person;
  /** Absent in the person's own chat with the bot. */
  readonly group?: Group;
  /** In the person's chat with a business that the bot speaks for. */
  readonly businessConnectionId?: string;
} & (
  | {
      readonly kind: 'message';
      readonly text?: string;
      readonly file?: CustomerFile;
      readonly albumId?: string;
      readonly replyTo?: number;
    }
  | { readonly kind: 'edit'; readonly messageId: number; readonly text: string }
  | { readonly kind: 'button'; readonly messageId: number; readonly data: string }
  | { readonly kind: 'reaction'; readonly messageId: number; readonly emoji: string | null }
  | { readonly kind: 'block' | 'unblock' }
);

export interface Received {
  readonly updateId: number;
  /** Of the message that it made, or is about; undefined for a block. */
  readonly messageId: number | undefined;
  /** Whether the webhook took it in the end. */
  readonly delivered: boolean;
}

/** Buttons that wait for an answer. */
const MAX_PRESSED = 10_000;

/** Turns what people do into updates. */
export function createReceiving(chats: Chats, webhooks: Webhooks) {
  const lastUpdates = new Map<string, number>();
  const pressed = new LRUCache<string, true>({ max: MAX_PRESSED });
  let lastPressed = 0;

  /** The update's kind and content, and the message that it is about. */
  function contentOf(botId: string, happening: Happening): { kind: string; content: object; messageId?: number } {
    const { from, group, businessConnectionId } = happening;
    const user = userOf(from);
    const chat = group ? { id: group.id, type: 'supergroup', title: group.title } : chatOf(from);
    chats.remember(chat);
    if (businessConnectionId !== undefined) chats.heard(businessConnectionId, chat.id);
    const date = Math.floor(Date.now() / 1_000);
    const message = { chat, from: user, date, business_connection_id: businessConnectionId };
    const inBusiness = businessConnectionId === undefined ? '' : 'business_';

    switch (happening.kind) {
      case 'message': {
        const { text, file, albumId, replyTo } = happening;
        const messageId = chats.nextMessageId(placeOf(botId, chat.id, businessConnectionId));
        const content = {
          ...message,
          message_id: messageId,
          media_group_id: albumId,
          ...(file ? { ...fileOf(chats, file), caption: text } : { text }),
          ...(replyTo !== undefined && { reply_to_message: { message_id: replyTo, chat, date } }),
        };
        return { kind: `${inBusiness}message`, content, messageId };
      }
      case 'edit': {
        const { messageId, text } = happening;
        const content = { ...message, message_id: messageId, edit_date: date, text };
        return { kind: `edited_${inBusiness}message`, content, messageId };
      }
      case 'button': {
        const { messageId, data } = happening;
        const id = `callback_${String(++lastPressed)}`;
        pressed.set(id, true);
        const content = { id, from: user, chat_instance: '1', data, message: { message_id: messageId, chat, date: 0 } };
        return { kind: 'callback_query', content, messageId };
      }
      case 'reaction': {
        const { messageId, emoji } = happening;
        const now = emoji === null ? [] : [{ type: 'emoji', emoji }];
        const content = { chat, user, date, message_id: messageId, old_reaction: [], new_reaction: now };
        return { kind: 'message_reaction', content, messageId };
      }
      case 'block':
      case 'unblock': {
        const blocks = happening.kind === 'block';
        if (blocks) chats.block(botId, from.id);
        else chats.unblock(botId, from.id);
        const bot = { id: Number(botId), is_bot: true, first_name: 'Bot' };
        const member = { user: bot, status: 'member' };
        const kicked = { user: bot, status: 'kicked', until_date: 0 };
        const change = blocks ? [member, kicked] : [kicked, member];
        const content = { chat, from: user, date, old_chat_member: change[0], new_chat_member: change[1] };
        return { kind: 'my_chat_member', content };
      }
    }
  }

  async function receive(botId: string, happening: Happening): Promise<Received> {
    const updateId = (lastUpdates.get(botId) ?? 0) + 1;
    lastUpdates.set(botId, updateId);
    const { kind, content, messageId } = contentOf(botId, happening);
    const delivered = await webhooks.receive(botId, { update_id: updateId, [kind]: content });
    return { updateId, messageId, delivered };
  }

  return { receive, wasPressed: (callbackId: string) => pressed.has(callbackId) };
}

/** A person's own chat with the bot. */
export function chatOf({ id, firstName, lastName, username }: Person) {
  return { id, type: 'private', first_name: firstName, last_name: lastName, username };
}

function userOf({ id, firstName, lastName, username, languageCode }: Person) {
  return {
    id,
    is_bot: false,
    first_name: firstName,
    last_name: lastName,
    username,
    language_code: languageCode,
  };
}

function fileOf(chats: Chats, { medium, bytes, name, mimeType }: CustomerFile): object {
  const fileId = chats.keepFile(bytes, name);
  const file = { file_id: fileId, file_unique_id: fileId, file_size: bytes.length };
  if (medium === 'photo') {
    // One picture in several sizes, the largest last.
    const sizes = [90, 800].map((width) => ({ ...file, width, height: width }));
    return { photo: sizes };
  }
  return { [medium]: { ...file, file_name: name, mime_type: mimeType, duration: 1 } };
}
