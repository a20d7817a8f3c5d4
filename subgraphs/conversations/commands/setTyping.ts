import type { UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { TypingSignal } from '#schema/events/signals.ts';
import { requirePermission } from '../access/permissions.ts';
import { isId } from '../ids.ts';
import { typingPlace } from '../queries/typingPlace.ts';
import type { Viewer } from '../queries/viewer.ts';
import { conversationNotFound } from './asAgent.ts';

/** An agent writes, or has stopped; whoever looks at the conversation right now sees it, and nothing is kept of it. */
export async function setTyping(
  {
    identity,
    viewer,
    sql,
    tell,
  }: { identity: Identity; viewer: Viewer; sql: Sql; tell: (signal: TypingSignal) => void },
  { conversationId, isTyping }: { readonly conversationId: string; readonly isTyping: boolean },
): Promise<{ readonly userErrors: readonly UserError[] }> {
  const agent = requirePermission(identity, 'conversations:answer');
  const place = isId(conversationId) ? await typingPlace(sql, viewer, conversationId) : undefined;
  if (!place) return conversationNotFound();
  const { agentName: name, ...where } = place;
  tell({ ...where, author: { kind: 'AGENT', id: agent.agentId, name }, isTyping });
  return { userErrors: [] };
}
