import type { ConversationFilter } from '../../queries/conversationFilter.ts';
import { roleMay } from '../../access/permissions.ts';
import { isId } from '../../ids.ts';
import { refuse, refuseIfOutdated, type AgentTransaction, type Refusal } from '../asAgent.ts';
import { viewNotFound, type Visibility } from './viewInput.ts';

export interface ViewInput {
  readonly viewId: string;
  readonly expectedVersion?: number | null | undefined;
}

interface View {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly visibility: Visibility;
  readonly filter: ConversationFilter;
  readonly version: number;
}

/** The view, held until the transaction ends, if the agent may change it: their own, and as a supervisor shared ones. */
export async function lockView(
  { sql, companyId, agentId, role }: AgentTransaction,
  { viewId, expectedVersion }: ViewInput,
): Promise<View | Refusal> {
  if (!isId(viewId)) return viewNotFound();
  const [view] = await sql<View>`
    select id, owner_id as "ownerId", name, visibility, filter, version from conversations.saved_views
    where company_id = ${companyId} and id = ${viewId} and (owner_id = ${agentId} or visibility = 'SHARED') for update`;
  if (!view) return viewNotFound();
  if (view.ownerId !== agentId && !roleMay(role, 'views:moderate')) {
    return refuse('NOT_YOURS', 'This view is somebody else’s: make one of your own of it.', 'viewId');
  }
  return refuseIfOutdated('The view has', view.version, expectedVersion) ?? view;
}
