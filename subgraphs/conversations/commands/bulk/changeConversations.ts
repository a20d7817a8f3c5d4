import { isDeepStrictEqual } from 'node:util';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { refuseChange, type BulkChange } from './bulkChange.ts';
import { tellProgress } from './tellProgress.ts';

/** Conversations of one job. */
export const MOST_CONVERSATIONS = 500;
/** Jobs that go on, of one agent. */
const MOST_JOBS = 5;
const LONGEST_KEY = 200;

/**
 * Begins a job that changes all of these conversations in the background. The same idempotency key is the same job, however
 * often it comes.
 *
 * @param input.asked What the caller named them by, which the key stands for: the ids themselves, or a filter.
 */
export async function changeConversations(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly conversationIds: readonly string[];
    readonly asked: unknown;
    readonly change: BulkChange;
    readonly idempotencyKey: string;
  },
): Promise<Outcome<{ jobId: string }>> {
  return writeAsAgent(database, identity, 'conversations:changeMany', async (transaction) => {
    const conversationIds = [...new Set(input.conversationIds.map((id) => id.toLowerCase()))];
    const refusal =
      refuseConversations(conversationIds) ?? refuseChange(input.change) ?? refuseKey(input.idempotencyKey);
    if (refusal) return refusal;

    await lockOwnJobs(transaction);
    const { change } = input;
    const request = JSON.stringify({ asked: input.asked, change });
    const begun = await findByKey(transaction, input.idempotencyKey);
    if (begun) return isDeepStrictEqual(begun.request, JSON.parse(request)) ? { jobId: begun.id } : keyReused();
    if (await hasTooMany(transaction)) {
      return refuse('TOO_MANY_JOBS', `You have ${MOST_JOBS} jobs under way: wait for one, or cancel it.`, 'change');
    }
    const jobId = await begin(transaction, conversationIds, { request, idempotencyKey: input.idempotencyKey });
    const after = { total: conversationIds.length, change };
    await audit(transaction, { action: 'bulkJob.begun', subject: { kind: 'bulkJob', id: jobId }, after });
    return { jobId };
  });
}

async function begin(
  transaction: AgentTransaction,
  conversationIds: readonly string[],
  { request, idempotencyKey }: { readonly request: string; readonly idempotencyKey: string },
): Promise<string> {
  const { sql, companyId, agentId } = transaction;
  const id = v7();
  const total = conversationIds.length;
  const status = total === 0 ? 'DONE' : 'RUNNING';
  await sql`
    insert into conversations.bulk_jobs
      (company_id, id, agent_id, request, status, total, idempotency_key, leased_until, created_at, finished_at)
    values (${companyId}, ${id}, ${agentId}, ${request}::jsonb, ${status}, ${total}, ${idempotencyKey}, now(), now(),
      case when ${total === 0}::boolean then now() end)`;
  await sql`
    insert into conversations.bulk_job_items (company_id, job_id, position, conversation_id)
    select ${companyId}, ${id}, position, conversation_id
    from unnest(${conversationIds}::uuid[]) with ordinality as item (conversation_id, position)`;
  tellProgress(transaction, { jobId: id, agentId, status, total, doneCount: 0, failedCount: 0 });
  return id;
}

function refuseConversations(ids: readonly string[]) {
  if (ids.length > MOST_CONVERSATIONS) {
    return refuse(
      'TOO_MANY',
      `One job changes at most ${MOST_CONVERSATIONS} conversations: ask for fewer.`,
      'conversationIds',
    );
  }
  return ids.every(isId) ? undefined : refuse('NOT_FOUND', 'Not all of these are conversations.', 'conversationIds');
}

function refuseKey(key: string) {
  const fits = key.trim() !== '' && key.length <= LONGEST_KEY && storableText(key) === key;
  return fits ? undefined : refuse('INVALID', `A key has 1 to ${LONGEST_KEY} characters.`, 'idempotencyKey');
}

/** Two of an agent's that begin at the same moment begin in turn, and count each other. */
async function lockOwnJobs({ sql, companyId, agentId }: AgentTransaction): Promise<void> {
  await sql`select from conversations.agents where company_id = ${companyId} and id = ${agentId} for no key update`;
}

async function findByKey({ sql, companyId, agentId }: AgentTransaction, key: string) {
  const [job] = await sql<{ id: string; request: unknown }>`
    select id, request from conversations.bulk_jobs
    where company_id = ${companyId} and agent_id = ${agentId} and idempotency_key = ${key}`;
  return job;
}

async function hasTooMany({ sql, companyId, agentId }: AgentTransaction): Promise<boolean> {
  const running = await sql`
    select from conversations.bulk_jobs
    where company_id = ${companyId} and agent_id = ${agentId} and finished_at is null limit ${MOST_JOBS}`;
  return running.length === MOST_JOBS;
}

function keyReused() {
  return refuse(
    'IDEMPOTENCY_KEY_REUSED',
    'This key has begun another job: take a new key for a new job.',
    'idempotencyKey',
  );
}
