import { z } from 'zod';
import { platformId } from '../fields.ts';
import { threadOf } from './externalId.ts';

const inChat = z.object({ chat: z.object({ id: z.int() }), business_connection_id: platformId.optional() });

const value = z.union([
  inChat,
  z.object({ message: inChat }).transform(({ message }) => message),
  z
    .object({ user_chat_id: z.int() })
    .transform(({ user_chat_id: id }) => ({ chat: { id }, business_connection_id: undefined })),
]);

const update = z.record(z.string(), z.unknown());

/**
 * What an update is about: those of one thread are to be applied one after another, in the order in which they came. The same
 * as the thread's external id where there is one; undefined when the update is of no chat, or is none.
 */
export function threadKeyOf(event: unknown): string | undefined {
  const fields = update.safeParse(event);
  for (const field of Object.values(fields.data ?? {})) {
    const found = value.safeParse(field);
    if (found.success) return threadOf(found.data.chat.id, found.data.business_connection_id);
  }
  return undefined;
}
