import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { isId } from '../ids.ts';
import type { Change } from '../rules/change.ts';
import { refuse, type CallerTransaction, type Outcome, type Refusal } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';

/** Every event of a conversation carries all of them. */
const MOST = 50;

export interface LabelsInput {
  readonly addLabelIds?: readonly string[] | null | undefined;
  readonly removeLabelIds?: readonly string[] | null | undefined;
}

type LabelConversationInput = ConversationInput & { readonly labelIds: readonly string[] };

export async function labelConversation(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: LabelConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (transaction, conversation) =>
    changeLabels(transaction, conversation, { addLabelIds: input.labelIds }, 'labelIds'),
  );
}

export async function unlabelConversation(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: LabelConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (transaction, conversation) =>
    changeLabels(transaction, conversation, { removeLabelIds: input.labelIds }, 'labelIds'),
  );
}

/** What the conversation has already, or has not, stays so and tells nothing. */
export async function changeLabels(
  transaction: CallerTransaction,
  { companyId, id: conversationId }: ConversationEntity,
  { addLabelIds, removeLabelIds }: LabelsInput,
  field?: string,
): Promise<readonly Change[] | Refusal> {
  const { sql } = transaction;
  const add = await existing(transaction, addLabelIds ?? []);
  if (!add) return labelNotFound(field ?? 'addLabelIds');
  const remove = await existing(transaction, removeLabelIds ?? []);
  if (!remove) return labelNotFound(field ?? 'removeLabelIds');

  const before = await sql<{ id: string }>`
    select l.id from conversations.conversation_labels cl
    join conversations.labels l on l.company_id = cl.company_id and l.id = cl.label_id and l.deleted_at is null
    where cl.company_id = ${companyId} and cl.conversation_id = ${conversationId}`;
  const has = new Set(before.map(({ id }) => id));
  const removedIds = [...remove].filter((id) => has.has(id) && !add.has(id));
  const addedIds = [...add].filter((id) => !has.has(id));
  if (has.size + addedIds.length - removedIds.length > MOST) {
    return refuse(
      'TOO_MANY',
      `A conversation has at most ${MOST} labels: take some away first.`,
      field ?? 'addLabelIds',
    );
  }
  if (addedIds.length + removedIds.length === 0) return [];
  await sql`
    delete from conversations.conversation_labels
    where company_id = ${companyId} and conversation_id = ${conversationId} and label_id = any(${removedIds}::uuid[])`;
  await sql`
    insert into conversations.conversation_labels (company_id, conversation_id, label_id)
    select ${companyId}, ${conversationId}, id from unnest(${addedIds}::uuid[]) as id`;
  return [{ kind: 'LABELS', addedIds, removedIds }];
}

/** The ids as the table has them; undefined when the company has not all of them. Nobody deletes one meanwhile. */
async function existing(
  { sql, companyId }: CallerTransaction,
  ids: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const wanted = new Set(ids.map((id) => id.toLowerCase()));
  if (wanted.size === 0) return wanted;
  if (![...wanted].every(isId)) return undefined;
  const labels = await sql<{ id: string }>`
    select id from conversations.labels
    where company_id = ${companyId} and id = any(${[...wanted]}::uuid[]) and deleted_at is null
    order by id for key share`;
  return labels.length === wanted.size ? wanted : undefined;
}

function labelNotFound(field: string): Refusal {
  return refuse('NOT_FOUND', 'There is no such label.', field);
}
