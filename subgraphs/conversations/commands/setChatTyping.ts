import type { UserError } from '#platform/graphql/errors.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { TypingSignal } from '#schema/events/signals.ts';
import { chatPlace } from '../queries/chatPlace.ts';

/** A visitor writes, or has stopped. Before their first message there is no conversation in which anybody could see it. */
export async function setChatTyping(
  { visitor, sql, tell }: { visitor: VisitorIdentity; sql: Sql; tell: (signal: TypingSignal) => void },
  { isTyping }: { readonly isTyping: boolean },
): Promise<{ readonly userErrors: readonly UserError[] }> {
  const place = await chatPlace(sql, visitor);
  if (place) {
    const { contactId: id, contactName: name, ...where } = place;
    tell({ ...where, channelId: visitor.channelId, author: { kind: 'CONTACT', id, name }, isTyping });
  }
  return { userErrors: [] };
}
