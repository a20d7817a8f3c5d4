import { z } from 'zod';
import { valueSchema } from './events.ts';

const change = z.object({ value: valueSchema });

/**
 * What a change is about: those of one person are to be applied one after another. Undefined when it names nobody, or is no
 * change of WhatsApp.
 */
export function threadKeyOf(event: unknown): string | undefined {
  const parsed = change.safeParse(event);
  if (!parsed.success) return undefined;
  const { messages, message_echoes, statuses } = parsed.data.value;
  const [message, echo, status] = [messages[0], message_echoes[0], statuses[0]];
  return (
    message?.group_id ??
    message?.from_user_id ??
    message?.from ??
    echo?.group_id ??
    echo?.to_user_id ??
    echo?.to ??
    status?.recipient_user_id ??
    status?.recipient_id
  );
}
