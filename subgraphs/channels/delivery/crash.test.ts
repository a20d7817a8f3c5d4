import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { messageCreated } from '../testing/messageCreated.ts';

const CHATS = 12;
const MESSAGES = 4;

describe('a process that is killed while it delivers', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0 });
  const tenant = newTenant();
  const companyId = tenant.company.id;
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats(), telegram.start()]);
    const { adminUrl } = postgres;
    const [natsUrl, telegramApiUrl] = [natsServer.url, telegram.url()];
    harness = await openHarness({ adminUrl, natsUrl, telegramApiUrl });
    await harness.seed(tenant);
  });

  afterEach(() => {
    child?.kill('SIGKILL');
  });
  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close(), telegram.stop()]);
  });

  async function startChild(): Promise<ChildProcess> {
    const program = join(import.meta.dirname, '../testing/channelsProcess.ts');
    const started = spawn(process.execPath, [program, JSON.stringify(harness.config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(started.stdout, 'data');
    return started;
  }

  async function kill(killed: ChildProcess): Promise<void> {
    const gone = once(killed, 'exit');
    killed.kill('SIGKILL');
    await gone;
  }

  /** As if the dead process's leases had run out. */
  const expireLeases = () =>
    harness.channels.database.write(
      companyId,
      ({ sql }) => sql`
        update channels.delivery_queues set due_at = now() - make_interval(secs => 1)
        where company_id = ${companyId} and leased_by is not null
          and exists (
            select from channels.deliveries d
            where d.company_id = ${companyId} and d.conversation_id = delivery_queues.conversation_id
              and d.status = 'SENDING' and d.updated_at < now() - interval '3 seconds'
          )`,
    );

  const outcomes = async () =>
    (await harness.events(companyId)).flatMap((event) =>
      event.type === 'channel.delivery.updated' ? [event.data] : [],
    );

  it('sends nothing twice and loses nothing: what was under way is asked about, the rest goes out in its order', async () => {
    child = await startChild();
    // Answers come late, so that some sends are under way whenever it dies.
    telegram.fail(CHATS * MESSAGES, { kind: 'delay', ms: 100 });
    const written: { readonly id: string; readonly chatId: string; readonly text: string }[] = [];
    const conversations = Array.from({ length: CHATS }, () => randomUUID());
    for (let number = 1; number <= MESSAGES; number++) {
      for (const [index, conversationId] of conversations.entries()) {
        const chatId = String(9_000 + index);
        const text = `${chatId} ${String(number)}`;
        const event = messageCreated(tenant, conversationId, text, { chatId });
        await harness.publish(companyId, event);
        written.push({ id: event.data.message.id, chatId, text });
      }
    }
    await eventually(() => expect(telegram.sent().length).toBeGreaterThan(CHATS));
    await kill(child);

    const told = await eventually(async () => {
      await expireLeases();
      const all = await outcomes();
      expect(all).toHaveLength(written.length);
      return all;
    });
    expect(new Set(told.map(({ messageId }) => messageId))).toEqual(new Set(written.map(({ id }) => id)));
    const failures = told.flatMap(({ status, failure }) => (status === 'SENT' ? [] : [failure?.code]));
    expect(new Set([...failures, 'SEND_UNCONFIRMED'])).toEqual(new Set(['SEND_UNCONFIRMED']));
    const texts = telegram.sent().map(({ text }) => text);
    expect(texts).toHaveLength(new Set(texts).size);
    const sentIds = new Set(told.filter(({ status }) => status === 'SENT').map(({ messageId }) => messageId));
    expect(texts).toEqual(expect.arrayContaining(written.filter(({ id }) => sentIds.has(id)).map(({ text }) => text)));
    for (const { chatId } of written) {
      const ofChat = texts.filter((text) => text.startsWith(`${chatId} `));
      expect(ofChat).toEqual(ofChat.toSorted());
    }
  });
});
