import { GraphQLError } from 'graphql';
import type { Identity, Role } from '#platform/identity/identity.ts';
import type { UserError } from '#platform/graphql/errors.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { BulkProgress } from '#schema/events/conversations.ts';
import type { Transaction } from '../../facts.ts';
import { writeAsAgent, type AgentTransaction } from '../asAgent.ts';
import { applyChange } from '../changeConversation.ts';
import { bulkChange, makeChange, type BulkChange } from './bulkChange.ts';
import { stopJob } from './stopJob.ts';
import { tellProgress } from './tellProgress.ts';

/** Longer than one conversation takes: every one that is settled renews it. */
const LEASE_MS = 30_000;
/** Conversations of one job before another one's turn: nobody's five hundred hold up somebody's two. */
const TURN = 25;
const TOLD_EVERY = 20;
const MOST_ATTEMPTS = 5;

interface Job {
  readonly companyId: string;
  readonly id: string;
  readonly agentId: string;
  readonly role: Role;
}

interface Item {
  readonly position: number;
  readonly conversationId: string;
  readonly change: BulkChange;
}

/** Takes the transaction back: a change that was refused in its middle leaves nothing. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly userErrors: readonly UserError[];

  constructor(userErrors: readonly UserError[]) {
    super('the change was refused');
    this.userErrors = userErrors;
  }
}

/**
 * One turn at the job that has waited longest, in the name of who began it: each conversation in a transaction of its own,
 * with its result, so that none is done twice and a process that dies leaves only what another one goes on with.
 *
 * @returns False: there is no job that nobody has in hand.
 */
export async function workOnBulkJob(database: Database<SwitchboardCatalogue>, stopping: AbortSignal): Promise<boolean> {
  const [job] = await database.across<Job>`
    select c.company_id as "companyId", c.id, c.agent_id as "agentId", c.role
    from conversations.claim_bulk_job(${LEASE_MS}) c`;
  if (!job) return false;
  try {
    for (let turn = 0; turn < TURN && !stopping.aborted; turn++) if (!(await settleNext(database, job))) break;
  } finally {
    await giveBack(database, job);
  }
  return true;
}

async function giveBack(database: Database<SwitchboardCatalogue>, { companyId, id }: Job): Promise<void> {
  // The column keeps milliseconds and would round up: whoever looks at once would find the job not yet free.
  await database.write(
    companyId,
    ({ sql }) => sql`
      update conversations.bulk_jobs set leased_until = date_trunc('milliseconds', clock_timestamp())
      where company_id = ${companyId} and id = ${id} and finished_at is null`,
  );
}

/** @returns False: nothing waits any more. */
async function settleNext(database: Database<SwitchboardCatalogue>, job: Job): Promise<boolean> {
  const { companyId, agentId, role } = job;
  const identity: Identity = { kind: 'agent', companyId, agentId, role, scopes: [] };
  let item: Item | undefined;
  try {
    return await writeAsAgent(database, identity, 'conversations:changeMany', async (transaction) => {
      item = await lockNext(transaction, job);
      if (!item) return false;
      await change(transaction, item);
      await settle(transaction, job, { item, status: 'DONE', userErrors: [] });
      return true;
    });
  } catch (error) {
    const failed = item;
    if (error instanceof Refused && failed) {
      return database.write(companyId, (transaction) =>
        settleRefused(transaction, job, { item: failed, status: 'FAILED', userErrors: error.userErrors }),
      );
    }
    // Who began it does not work here any more, or may not do it any more.
    if (error instanceof GraphQLError && error.extensions['code'] === 'FORBIDDEN') {
      await database.write(companyId, (transaction) => stopJob(transaction, job));
      return false;
    }
    if (failed) await database.write(companyId, (transaction) => countAttempt(transaction, job, failed));
    throw error;
  }
}

async function lockNext({ sql }: Transaction, { companyId, id }: Job): Promise<Item | undefined> {
  const [job] = await sql<{ request: { change: unknown } }>`
    select request from conversations.bulk_jobs
    where company_id = ${companyId} and id = ${id} and finished_at is null for update`;
  if (!job) return undefined;
  const [next] = await sql<{ position: number; conversationId: string }>`
    select position, conversation_id as "conversationId" from conversations.bulk_job_items
    where company_id = ${companyId} and job_id = ${id} and status = 'WAITING'
    order by position limit 1 for update`;
  return next && { ...next, change: bulkChange.parse(job.request.change) };
}

async function change(transaction: AgentTransaction, { conversationId, change: wanted }: Item): Promise<void> {
  const outcome = await applyChange(transaction, { conversationId }, (within, conversation) =>
    makeChange(within, conversation, wanted),
  );
  if ('userErrors' in outcome) throw new Refused(outcome.userErrors);
}

interface Result {
  readonly item: Item;
  readonly status: 'DONE' | 'FAILED';
  readonly userErrors: readonly UserError[];
}

/** The transaction that tried it is gone, and the lock with it: somebody may have settled it, or cancelled the job, since. */
async function settleRefused(transaction: Transaction, job: Job, result: Result): Promise<boolean> {
  const next = await lockNext(transaction, job);
  if (next?.position === result.item.position) await settle(transaction, job, result);
  return next !== undefined;
}

async function settle(transaction: Transaction, { companyId, id }: Job, result: Result): Promise<void> {
  const { sql } = transaction;
  const { item, status, userErrors } = result;
  await sql`
    update conversations.bulk_job_items set status = ${status}, user_errors = ${JSON.stringify(userErrors)}::jsonb
    where company_id = ${companyId} and job_id = ${id} and position = ${item.position}`;
  const [progress] = await sql<BulkProgress>`
    update conversations.bulk_jobs set
      done_count = done_count + ${status === 'DONE' ? 1 : 0}::int,
      failed_count = failed_count + ${status === 'FAILED' ? 1 : 0}::int,
      status = case when done_count + failed_count + 1 = total then 'DONE' else status end,
      finished_at = case when done_count + failed_count + 1 = total then now() end,
      leased_until = now() + ${LEASE_MS} * interval '1 millisecond'
    where company_id = ${companyId} and id = ${id}
    returning id as "jobId", agent_id as "agentId", status, total, done_count as "doneCount",
      failed_count as "failedCount"`;
  if (!progress) throw new Error(`bulk job ${id} is gone while it is worked on`);
  const settled = progress.doneCount + progress.failedCount;
  if (settled === progress.total || settled % TOLD_EVERY === 0) tellProgress(transaction, progress);
}

/** What fails for no reason of the user's is tried a few times more; then it must not hold up the rest. */
async function countAttempt(transaction: Transaction, job: Job, item: Item): Promise<void> {
  const next = await lockNext(transaction, job);
  if (next?.position !== item.position) return;
  const [counted] = await transaction.sql<{ attempts: number }>`
    update conversations.bulk_job_items set attempts = attempts + 1
    where company_id = ${job.companyId} and job_id = ${job.id} and position = ${item.position}
    returning attempts`;
  if (!counted || counted.attempts < MOST_ATTEMPTS) return;
  const failure = { code: 'UNAVAILABLE', field: null, message: 'This one could not be changed: try it again later.' };
  await settle(transaction, job, { item, status: 'FAILED', userErrors: [failure] });
}
