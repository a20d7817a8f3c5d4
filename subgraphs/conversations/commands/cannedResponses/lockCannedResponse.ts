import type { Identity } from '#platform/identity/identity.ts';
import { requirePermission } from '../../access/permissions.ts';
import { isId } from '../../ids.ts';
import { refuse, type AgentTransaction, type Refusal } from '../asAgent.ts';
import type { CannedContent } from './content.ts';

export interface CannedResponseInput {
  readonly id: string;
  readonly expectedVersion?: number | null | undefined;
}

interface Locked extends CannedContent {
  readonly id: string;
  readonly version: number;
  /** For everybody, and not an agent's own. */
  readonly isShared: boolean;
}

/**
 * A canned response that the agent may change, held until the transaction ends. Somebody else's own is not there.
 *
 * @throws GraphQLError `FORBIDDEN` for a shared one, when the agent's role may not change those.
 */
export async function lockCannedResponse(
  { sql, companyId, agentId }: AgentTransaction,
  identity: Identity,
  { id, expectedVersion }: CannedResponseInput,
): Promise<Locked | Refusal> {
  const [found] = isId(id)
    ? await sql<Locked>`
        select id, version, shortcode, content, attachment_urls as "attachmentUrls", owner_id is null as "isShared"
        from conversations.canned_responses
        where company_id = ${companyId} and id = ${id} and (owner_id is null or owner_id = ${agentId}) for update`
    : [];
  if (!found) return refuse('NOT_FOUND', 'There is no such canned response.', 'id');
  if (found.isShared) requirePermission(identity, 'cannedResponses:share');
  if (expectedVersion != null && expectedVersion !== found.version) {
    return refuse(
      'CONFLICT',
      `It has changed since: it has version ${found.version} now. Look at it and decide again.`,
      'expectedVersion',
    );
  }
  return found;
}
