import { v7 } from 'uuid';
import { userError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DraftKind } from '../rows.ts';
import {
  conversationNotFound,
  lockConversation,
  writeAsAgent,
  type AgentTransaction,
  type Refusal,
} from './asAgent.ts';
import { readDraft, type SaveDraftInput } from './draftContent.ts';

/** What is kept, whether it is what was given or something newer. */
export interface DraftOutcome extends Refusal {
  readonly draftId: string | null;
  readonly revision: number;
}

/**
 * What the agent has typed so far; nothing throws the draft away. Of several devices the newer edit wins: each takes one more than
 * the highest revision that it has seen, so what was typed before something else was seen is lower, however late it comes.
 * Two devices that typed from the same state have the same revision: the second is told, and given what the first one wrote.
 */
export async function saveDraft(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: SaveDraftInput,
): Promise<DraftOutcome> {
  return writeAsAgent(database, identity, 'own:keep', async (transaction) => {
    const { sql, companyId, agentId } = transaction;
    const nothing = { draftId: null, revision: 0 };
    const read = readDraft(input);
    if ('userErrors' in read) return { ...nothing, ...read };
    const conversation = await lockConversation(transaction, input.conversationId);
    if (!conversation) return { ...nothing, ...conversationNotFound() };

    const { id: conversationId } = conversation;
    const kind = input.kind ?? 'REPLY';
    const content = read.content && JSON.stringify(read.content);
    const [saved] = await sql<{ id: string }>`
      insert into conversations.drafts as d
        (company_id, conversation_id, agent_id, kind, id, content, revision, updated_at)
      values (${companyId}, ${conversationId}, ${agentId}, ${kind}, ${v7()}, ${content}::jsonb, ${input.revision}, now())
      on conflict (company_id, conversation_id, agent_id, kind) do update set
        content = excluded.content, revision = excluded.revision, updated_at = excluded.updated_at
        where d.revision < excluded.revision
      returning id`;
    if (saved) {
      const draftId = content === null ? null : saved.id;
      tellDraft(transaction, { conversationId, kind, draftId });
      return { draftId, revision: input.revision, userErrors: [] };
    }

    const [kept] = await sql<{ id: string; revision: number; isGone: boolean; isSame: boolean }>`
      select id, revision, content is null as "isGone",
        revision = ${input.revision} and content is not distinct from ${content}::jsonb as "isSame"
      from conversations.drafts
      where company_id = ${companyId} and conversation_id = ${conversationId} and agent_id = ${agentId} and kind = ${kind}`;
    if (!kept) throw new Error(`a draft in conversation ${conversationId} was neither saved nor found`);
    return {
      draftId: kept.isGone ? null : kept.id,
      revision: kept.revision,
      userErrors: kept.isSame ? [] : [isNewer(kept.revision)],
    };
  });
}

/** The agent has sent it: what was typed on this device up to then is done with, also what still is on its way to be saved. */
export async function clearDraft(
  transaction: AgentTransaction,
  {
    conversationId,
    kind,
    revision,
  }: { readonly conversationId: string; readonly kind: DraftKind; readonly revision: number | null },
): Promise<void> {
  const { sql, companyId, agentId } = transaction;
  const cleared =
    revision === null
      ? await sql`
          update conversations.drafts set content = null, revision = revision + 1, updated_at = now()
          where company_id = ${companyId} and conversation_id = ${conversationId} and agent_id = ${agentId}
            and kind = ${kind} and content is not null
          returning 1 as cleared`
      : await sql`
          insert into conversations.drafts as d
            (company_id, conversation_id, agent_id, kind, id, content, revision, updated_at)
          values (${companyId}, ${conversationId}, ${agentId}, ${kind}, ${v7()}, null, ${revision}, now())
          on conflict (company_id, conversation_id, agent_id, kind) do update set
            content = null, revision = excluded.revision, updated_at = excluded.updated_at
            where d.revision <= excluded.revision
          returning 1 as cleared`;
  if (cleared.length > 0) tellDraft(transaction, { conversationId, kind, draftId: null });
}

function tellDraft(
  { publish, agentId, actor }: AgentTransaction,
  draft: { readonly conversationId: string; readonly kind: DraftKind; readonly draftId: string | null },
): void {
  publish({ type: 'conversation.draft.changed', actor, data: { agentId, ...draft } });
}

function isNewer(revision: number) {
  const message = `A newer edit is kept, with revision ${revision}: look at it, and go on from there.`;
  return userError('CONFLICT', message, ['input', 'revision']);
}
