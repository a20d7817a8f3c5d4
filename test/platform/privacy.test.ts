import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { request } from 'undici';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const NAME = 'Persephone';

interface Job {
  readonly id: string;
  readonly status: string;
  readonly url: string | null;
  readonly report: readonly { readonly context: string; readonly completedAt: string | null }[];
}

describe('privacy, over all services', () => {
  let platform: RunningPlatform;
  let admin: string;
  let database: Client;

  beforeAll(async () => {
    platform = await runPlatform();
    admin = await platform.tokenOf('acme');
    database = new Client({ connectionString: platform.postgres.url });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await platform.stop();
  });

  /** Somebody writes, and is in the inbox. */
  async function contactWho(chat: number): Promise<string> {
    await platform.postUpdate('acme', telegramMessage(chat, 1, `I am ${NAME}`, NAME));
    return eventually(async () => {
      const { data } = await platform.ask<{ contacts: { edges: { node: { id: string } }[] } }>(
        admin,
        `{ contacts(search: "${NAME}") { edges { node { id } } } }`,
      );
      const id = data.contacts.edges[0]?.node.id;
      if (id === undefined) throw new Error('nobody has written yet');
      return id;
    });
  }

  async function start(mutation: 'exportContact' | 'eraseContact', contactId: string): Promise<string> {
    const { data } = await platform.ask<Record<string, { job: { id: string } }>>(
      admin,
      `mutation { ${mutation}(input: { contactId: "${contactId}" }) { job { id } userErrors { code message } } }`,
    );
    return data[mutation]?.job.id ?? '';
  }

  const done = (id: string) =>
    eventually(async () => {
      const { data } = await platform.ask<{ privacyJob: Job }>(
        admin,
        `{ privacyJob(id: "${id}") { id status url report { context counts completedAt } } }`,
      );
      expect(data.privacyJob.status).toBe('DONE');
      return data.privacyJob;
    });

  /** Tables of all contexts in which a word stands; what is on its way is in the stream within moments. */
  async function tablesWith(word: string): Promise<string[]> {
    const { rows } = await database.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_schema in ('channels', 'conversations', 'knowledge') and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const { rowCount } = await database.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${word}%`]);
      if (rowCount) found.push(name);
    }
    return found;
  }

  it('hands an archive out under the address that was given, and under no other', async () => {
    const { url } = await done(await start('exportContact', await contactWho(7_000_001)));
    const local = (url ?? '').replace(platform.publicUrl, platform.url);
    const answer = await request(local);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/gzip');
    expect(Buffer.from(await answer.body.arrayBuffer()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    for (const forged of [local.replace('signature=', 'signature=_'), local.replace(/\?.*/, '')]) {
      const refused = await request(forged);
      expect(refused.statusCode).toBe(403);
      await refused.body.dump();
    }
  });

  it('erases a person in every service, and says so', async () => {
    const contactId = await contactWho(7_000_001);
    expect(await tablesWith('7000001')).not.toEqual([]);
    const { report } = await done(await start('eraseContact', contactId));
    expect(report.map(({ context, completedAt }) => [context, completedAt !== null])).toEqual([
      ['analytics', true],
      ['channels', true],
      ['conversations', true],
      ['knowledge', true],
    ]);
    for (const word of [NAME, '7000001']) {
      await eventually(async () => expect(await tablesWith(word)).toEqual([]));
    }
    const { data } = await platform.ask(
      admin,
      `{ contact(id: "${contactId}") { name erasedAt identities { displayName } } }`,
    );
    expect(data['contact']).toEqual({
      name: null,
      erasedAt: expect.any(String),
      identities: [{ displayName: null }],
    });
    expect(await contactWho(7_000_001)).not.toBe(contactId);
  });

  it('has what was changed in any service in one log, with where it came from', async () => {
    const { channelId } = demoCompany('acme').telegram;
    await platform.ask(
      admin,
      `mutation { pauseChannel(input: { channelId: "${channelId}" }) { userErrors { code } } }`,
    );
    const log = `{ auditLog(filter: { subjectId: "${channelId}" }) { edges { node {
      action before after clientAddress requestId agent { name } } } } }`;
    await eventually(async () => {
      const { data } = await platform.ask(admin, log);
      expect(data).toEqual({
        auditLog: {
          edges: [
            {
              node: {
                action: 'channel.paused',
                before: { status: 'ACTIVE' },
                after: { status: 'PAUSED' },
                clientAddress: '127.0.0.1',
                requestId: expect.any(String),
                agent: { name: expect.any(String) },
              },
            },
          ],
        },
      });
    });
    const { errors } = await platform.ask(await platform.tokenOf('acme', 'SUPERVISOR'), log);
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
