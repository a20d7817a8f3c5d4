import type { UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ViewersSignal } from '#schema/events/signals.ts';
import { requirePermission } from '../access/permissions.ts';
import { isId } from '../ids.ts';
import type { ViewersStore } from '../presence/viewersStore.ts';
import { typingPlace } from '../queries/typingPlace.ts';
import type { Viewer } from '../queries/viewer.ts';
import { conversationNotFound } from './asAgent.ts';
import { kept, refuseDevice } from './tellPresence.ts';

/**
 * The agent has the conversation before them, or has left it; whoever looks at it too sees that.
 *
 * @throws GraphQLError `UNAVAILABLE` while Redis is away.
 */
export async function viewConversation(
  deps: {
    readonly identity: Identity;
    readonly viewer: Viewer;
    readonly sql: Sql;
    readonly viewers: ViewersStore;
    readonly tell: (signal: ViewersSignal) => void;
  },
  input: { readonly conversationId: string; readonly deviceId: string; readonly isViewing: boolean },
): Promise<{ readonly userErrors: readonly UserError[] }> {
  const agent = requirePermission(deps.identity, 'presence:tell');
  const refusal = refuseDevice(input.deviceId);
  if (refusal) return refusal;
  const place = isId(input.conversationId) ? await typingPlace(deps.sql, deps.viewer, input.conversationId) : undefined;
  if (!place) return conversationNotFound();
  const { companyId } = agent;
  const { conversationId } = place;
  const by = { agentId: agent.agentId, deviceId: input.deviceId };
  const viewers = await kept(deps.viewers.view({ companyId, conversationId }, by, input.isViewing));
  deps.tell({ conversationId, viewers: [...viewers] });
  return { userErrors: [] };
}
