import { z } from 'zod';

/**
 * The body of every webhook of Meta; what `object` it is about decides what an entry holds.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications
 */
export const envelope = z.object({ object: z.string(), entry: z.array(z.unknown()).min(1) });

const list = z
  .array(z.unknown())
  .nullish()
  .transform((items) => items ?? []);

/** What happened to one account, or to several when `id` names a business; of the lists, one is there. */
export const webhookEntry = z.looseObject({
  id: z.unknown(),
  /** Events of messaging, of a thread that this app has in hand. */
  messaging: list,
  /** The same of a thread that another app has in hand. */
  standby: list,
  /** By subscribed field. */
  changes: list,
});

export const entryLists = ['messaging', 'standby', 'changes'] as const;
export type EntryList = (typeof entryLists)[number];

/** An account's id, which names a subject of the stream: digits as of now. */
export const accountId = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .pipe(z.string().regex(/^[\w-]{1,64}$/, 'not an id of an account'));
