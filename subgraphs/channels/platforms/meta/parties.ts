import { z } from 'zod';
import { idOrNull } from './fields.ts';

const party = z
  .object({ id: idOrNull })
  .nullish()
  .transform((value) => value?.id ?? null);

/** Who an event is from and to. Ids are absent where somebody is known by another name only, such as a `user_ref`. */
export const parties = z.object({
  sender: party,
  recipient: party,
  message: z
    .object({ is_echo: z.boolean().nullish() })
    .nullish()
    .transform((value) => ({ isEcho: value?.is_echo === true })),
});
export type Parties = z.output<typeof parties>;

/** The company's side, as the event names it. */
export function accountIn({ sender, recipient, message }: Parties): string | null {
  return message.isEcho ? sender : recipient;
}

/** The person on the other side, whoever of both did something; null when the event names no one. */
export function personIn({ sender, recipient, message }: Parties, accountId: string): string | null {
  return message.isEcho || sender === accountId ? recipient : sender;
}
