import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { openMany } from '../../testing/openMany.ts';
import { joinCompany, refusals } from '../../testing/people.ts';
import { deactivateAgent } from '../directory/deactivateAgent.ts';
import { resolve } from '../lifecycle/resolve.ts';
import type { BulkChange } from './bulkChange.ts';
import { cancelBulkJob } from './cancelBulkJob.ts';
import { changeConversations } from './changeConversations.ts';
import { workOnBulkJob } from './workOnBulkJob.ts';

describe('a change of many conversations', () => {
  const { signal } = new AbortController();
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    await inbox.rows(
      `update conversations.bulk_jobs set status = 'CANCELLED', finished_at = now() where finished_at is null`,
    );
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const open = (count: number) => openMany(inbox, acme, count);
  async function begin(
    conversationIds: string[],
    change: BulkChange,
    options: { key?: string; identity?: TestCompany['ada'] } = {},
  ) {
    const { key: idempotencyKey = v7(), identity = acme.ada } = options;
    return changeConversations(inbox.database, identity, {
      conversationIds,
      asked: conversationIds,
      change,
      idempotencyKey,
    });
  }
  const idOf = (outcome: Awaited<ReturnType<typeof begin>>) => ('jobId' in outcome ? outcome.jobId : '');
  const finish = async () => {
    while (await workOnBulkJob(inbox.database, signal));
  };
  const job = async (id: string) =>
    (
      await inbox.rows<{ status: string; done: number; failed: number }>(
        'select status, done_count as done, failed_count as failed from conversations.bulk_jobs where id = $1',
        [id],
      )
    )[0];
  const results = async (id: string) =>
    (
      await inbox.rows<{ status: string; errors: { code: string }[] }>(
        'select status, user_errors as errors from conversations.bulk_job_items where job_id = $1 order by position',
        [id],
      )
    ).map(({ status, errors }) => [status, ...errors.map(({ code }) => code)].join(' '));
  const versions = async () =>
    (
      await inbox.rows<{ version: number }>(
        'select distinct version from conversations.conversations where company_id = $1 order by 1',
        [acme.companyId],
      )
    ).map(({ version }) => version);

  test('does to each what the single mutations do, tells of each, and says how far it is', async () => {
    const ids = await open(45);
    const [urgent] = acme.labelIds;
    const jobId = idOf(
      await begin(ids, { status: 'RESOLVED', agentId: acme.ben.agentId, priority: 'HIGH', addLabelIds: [urgent] }),
    );
    await finish();
    expect(await job(jobId)).toEqual({ status: 'DONE', done: 45, failed: 0 });
    const told = await inbox.told();
    const count = (type: string) => told.filter((event) => event.type === type).length;
    expect(count('conversation.status.changed')).toBe(45);
    expect(count('conversation.assigned')).toBe(45);
    expect(count('conversation.changed')).toBe(90);
    const progress = told.flatMap((event) => (event.type === 'conversation.bulk.progressed' ? [event.data] : []));
    expect(progress.map(({ status, doneCount }) => `${status} ${doneCount}`)).toEqual([
      'RUNNING 0',
      'RUNNING 20',
      'RUNNING 40',
      'DONE 45',
    ]);
    const activities = await inbox.rows(
      `select kind, count(*)::int from conversations.conversation_activities
       where company_id = $1 and actor_kind = 'agent' and actor_id = $2 group by kind order by kind`,
      [acme.companyId, acme.ada.agentId],
    );
    expect(activities).toEqual(['ASSIGNED', 'LABELS', 'PRIORITY', 'STATUS'].map((kind) => ({ kind, count: 45 })));
  });

  test('has a result for each: those that cannot be changed say why, and keep nothing of it', async () => {
    const [first = '', resolved = ''] = await open(2);
    await resolve(inbox.database, acme.ada, { conversationId: resolved });
    const globex = await inbox.addCompany();
    const foreign = await write(inbox, globex);
    await inbox.told();
    // Priority comes before labels, of which there is none such: nothing of the first is left either.
    const jobId = idOf(await begin([first, resolved, foreign, v7()], { status: 'SNOOZED', priority: 'URGENT' }));
    const refused = idOf(await begin([first], { priority: 'LOW', addLabelIds: [globex.labelIds[0]] }));
    await finish();
    expect(await results(jobId)).toEqual(['DONE', 'FAILED INVALID_TRANSITION', 'FAILED NOT_FOUND', 'FAILED NOT_FOUND']);
    expect(await job(jobId)).toEqual({ status: 'DONE', done: 1, failed: 3 });
    expect(await results(refused)).toEqual(['FAILED NOT_FOUND']);
    const rows = await inbox.rows(
      'select status, priority from conversations.conversations where company_id = $1 order by number',
      [acme.companyId],
    );
    expect(rows).toEqual([
      { status: 'SNOOZED', priority: 'URGENT' },
      { status: 'RESOLVED', priority: 'NORMAL' },
    ]);
  });

  test('counts what is so already as done, and tells nothing of it', async () => {
    const ids = await open(3);
    const jobId = idOf(await begin(ids, { status: 'OPEN' }));
    await inbox.told();
    await finish();
    expect(await results(jobId)).toEqual(['DONE', 'DONE', 'DONE']);
    expect((await inbox.told()).map(({ type }) => type)).toEqual(['conversation.bulk.progressed']);
  });

  test('is begun once by one key, however many ask at once, and not again with another wish', async () => {
    const ids = await open(2);
    const key = 'the same';
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => begin(ids, { priority: 'HIGH' }, { key })));
    expect(new Set(outcomes.map(idOf)).size).toBe(1);
    expect(refusals(await begin(ids, { priority: 'LOW' }, { key }))).toEqual([
      'IDEMPOTENCY_KEY_REUSED input.idempotencyKey',
    ]);
    expect(refusals(await begin(ids.slice(1), { priority: 'HIGH' }, { key }))).toEqual([
      'IDEMPOTENCY_KEY_REUSED input.idempotencyKey',
    ]);
    // Another agent's keys are others.
    expect(idOf(await begin(ids, { priority: 'LOW' }, { key, identity: acme.ben }))).not.toBe('');
  });

  test('is done once by many workers side by side', async () => {
    const jobIds: string[] = [];
    const ids = await open(60);
    for (const priority of ['HIGH', 'LOW'] as const) jobIds.push(idOf(await begin(ids, { priority })));
    await eventually(async () => {
      // Each ends when there is nothing to take, and be it because another one holds what is left.
      await Promise.all([finish(), finish(), finish(), finish()]);
      for (const jobId of jobIds) expect(await job(jobId)).toEqual({ status: 'DONE', done: 60, failed: 0 });
    });
    expect(await versions()).toEqual([3]);
  });

  test('lets others have their turn', async () => {
    const ids = await open(60);
    const long = idOf(await begin(ids, { priority: 'HIGH' }));
    const short = idOf(await begin(ids.slice(0, 2), { priority: 'LOW' }, { identity: acme.ben }));
    await workOnBulkJob(inbox.database, signal);
    await workOnBulkJob(inbox.database, signal);
    expect(await job(short)).toMatchObject({ status: 'DONE' });
    expect(await job(long)).toMatchObject({ status: 'RUNNING', done: 25 });
  });

  test('is free for the next one at the moment it is given back', async () => {
    await begin(await open(1), { priority: 'HIGH' });
    const stopped = AbortSignal.abort();
    for (let turn = 0; turn < 50; turn++) expect(await workOnBulkJob(inbox.database, stopped)).toBe(true);
  });

  test('is gone on with by others when who works on it is killed, and done to each once', async () => {
    const ids = await open(150);
    const jobId = idOf(await begin(ids, { priority: 'HIGH' }));
    await inbox.database.write(acme.companyId, async ({ sql }) => {
      // It does not get past this one, however quick it is.
      await sql`select id from conversations.conversations where id = ${ids[100]} for update`;
      const child = await startChild();
      try {
        await eventually(async () => {
          expect((await job(jobId))?.done).toBeGreaterThanOrEqual(10);
        });
      } finally {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
    });
    const left = await job(jobId);
    expect(left).toMatchObject({ status: 'RUNNING', failed: 0 });
    // As if the dead process's lease had run out.
    await eventually(async () => {
      await inbox.rows(
        'update conversations.bulk_jobs set leased_until = now() - make_interval(secs => 1) where id = $1',
        [jobId],
      );
      await finish();
      expect(await job(jobId)).toEqual({ status: 'DONE', done: 150, failed: 0 });
    });
    expect(await versions()).toEqual([2]);
    const entries = await inbox.rows(
      `select count(*)::int from conversations.conversation_activities where company_id = $1 and kind = 'PRIORITY'`,
      [acme.companyId],
    );
    expect(entries).toEqual([{ count: 150 }]);
  });

  async function startChild(): Promise<ChildProcess> {
    const program = join(import.meta.dirname, '../../testing/bulkProcess.ts');
    const started = spawn(process.execPath, [program, inbox.urls.appUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(started.stdout, 'data');
    return started;
  }

  test('can be cancelled: what is done stays, what waits is left alone', async () => {
    const ids = await open(40);
    const jobId = idOf(await begin(ids, { priority: 'HIGH' }));
    await workOnBulkJob(inbox.database, signal);
    await inbox.told();
    expect(await cancelBulkJob(inbox.database, acme.ada, { jobId })).toEqual({ jobId });
    await cancelBulkJob(inbox.database, acme.ada, { jobId });
    await finish();
    expect(await job(jobId)).toEqual({ status: 'CANCELLED', done: 25, failed: 0 });
    expect((await results(jobId)).filter((status) => status === 'CANCELLED')).toHaveLength(15);
    expect(await inbox.told()).toMatchObject([{ data: { status: 'CANCELLED', doneCount: 25 } }]);
  });

  test('is cancelled by nobody else', async () => {
    const ids = await open(1);
    const jobId = idOf(await begin(ids, { priority: 'HIGH' }));
    const globex = await inbox.addCompany();
    for (const identity of [acme.ben, globex.ada]) {
      expect(refusals(await cancelBulkJob(inbox.database, identity, { jobId }))).toEqual(['NOT_FOUND input.jobId']);
    }
    expect(refusals(await cancelBulkJob(inbox.database, acme.ada, { jobId: 'none' }))).toEqual([
      'NOT_FOUND input.jobId',
    ]);
    expect(await job(jobId)).toMatchObject({ status: 'RUNNING' });
  });

  test('stops when who began it does not work here any more', async () => {
    const ids = await open(30);
    const jobId = idOf(await begin(ids, { priority: 'HIGH' }));
    await workOnBulkJob(inbox.database, signal);
    const admin = await joinCompany(inbox.database, acme.companyId, 'ADMIN');
    await deactivateAgent(inbox.database, admin, { agentId: acme.ada.agentId });
    await finish();
    expect(await job(jobId)).toEqual({ status: 'CANCELLED', done: 25, failed: 0 });
  });

  test('is at most five hundred, at least one thing, and five at a time for each agent', async () => {
    const many = Array.from({ length: 501 }, () => v7());
    expect(refusals(await begin(many, { priority: 'HIGH' }))).toEqual(['TOO_MANY input.conversationIds']);
    expect(refusals(await begin(['none'], { priority: 'HIGH' }))).toEqual(['NOT_FOUND input.conversationIds']);
    expect(refusals(await begin([v7()], {}))).toEqual(['INVALID input.change']);
    expect(refusals(await begin([v7()], { snoozedUntil: new Date() }))).toEqual(['INVALID input.change']);
    expect(refusals(await begin([v7()], { priority: 'LOW' }, { key: ' ' }))).toEqual(['INVALID input.idempotencyKey']);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => begin([v7()], { priority: 'HIGH' })));
    expect(outcomes.flatMap(refusals)).toEqual(Array.from({ length: 3 }, () => 'TOO_MANY_JOBS input.change'));
    expect(refusals(await begin([v7()], { priority: 'HIGH' }, { identity: acme.ben }))).toEqual([]);
  });

  test('is for agents', async () => {
    await expect(
      changeConversations(inbox.database, acme.partner, {
        conversationIds: [],
        asked: [],
        change: { priority: 'LOW' },
        idempotencyKey: 'x',
      }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('gives up on one that fails for no reason of the user’s, and does the rest', async () => {
    const [first = '', second = ''] = await open(2);
    // Something that nobody foresaw.
    await inbox.rows(
      `create or replace function conversations.break_one() returns trigger language plpgsql as $$
       begin if new.id = '${first}' then raise 'out of order'; end if; return new; end $$`,
    );
    await inbox.rows(
      'create trigger break_one before update on conversations.conversations for each row execute function conversations.break_one()',
    );
    try {
      const jobId = idOf(await begin([first, second], { priority: 'HIGH' }));
      for (let attempt = 1; attempt <= 5; attempt++) {
        await expect(workOnBulkJob(inbox.database, signal)).rejects.toThrow('out of order');
      }
      await eventually(async () => {
        await finish();
        expect(await results(jobId)).toEqual(['FAILED UNAVAILABLE', 'DONE']);
      });
    } finally {
      await inbox.rows('drop trigger break_one on conversations.conversations');
    }
  });

  test('is forgotten after a week', async () => {
    const jobId = idOf(await begin(await open(1), { priority: 'HIGH' }));
    await finish();
    const forget = () => inbox.database.across`select conversations.forget_bulk_jobs(20)`;
    await forget();
    expect(await job(jobId)).toMatchObject({ status: 'DONE' });
    await inbox.rows(`update conversations.bulk_jobs set finished_at = now() - interval '8 days' where id = $1`, [
      jobId,
    ]);
    await forget();
    expect(await job(jobId)).toBeUndefined();
    expect(await results(jobId)).toEqual([]);
  });
});
