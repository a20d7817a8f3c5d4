import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, parseEvent, type AnyEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { listDeadLetters } from '#platform/events/deadLetters.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { typingSignal, typingSubject, type TypingSignal } from '#schema/events/signals.ts';
import { allTold } from '#test/stack/allTold.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, type TestServer } from '#test/stack/index.ts';
import { stored } from '#test/stack/stored.ts';
import { changeStatus } from './commands/changeStatus.ts';
import { addCompany, connection, echoed, picture, received, type TestCompany } from './testing/inbox.ts';
import { startService } from './testing/service.ts';

type Told = AnyEvent<SwitchboardCatalogue>;

describe('the service', () => {
  let postgres: TestServer;
  let natsServer: TestServer;
  let nats: NatsPart;
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgresServer(), testNats()]);
    running = await start();
    acme = await addCompany(running.database);
    nats = connectNats({ url: natsServer.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
  });
  afterAll(async () => {
    await running.service.stop();
    await nats.stop();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const start = () => startService({ postgresUrl: postgres.url, natsUrl: natsServer.url }, { snoozePollMs: 50 });

  /** As the channels do it: the events are in the stream when this resolves. */
  async function publish(companyId: string, ...events: NewEvent<SwitchboardCatalogue>[]): Promise<void> {
    const bus = createEventBus({ nats, metrics: createMetrics({ service: 'test' }) });
    await bus.publish(events.map((event) => createEvent(catalogue, companyId, event)));
  }

  /** The contact writes; the same message each time that the result is published. */
  function message(company: TestCompany, said: Parameters<typeof received>[1] = {}): NewEvent<SwitchboardCatalogue> {
    return { type: 'channel.message.received', actor: { kind: 'contact' }, data: received(company, said).data };
  }

  async function toldOf(companyId: string): Promise<Told[]> {
    await allTold(postgres.url, 'conversations');
    const messages = await stored(nats, `events.conversation.${companyId}.>`);
    return messages.flatMap((message) => parseEvent(catalogue, message.json()) ?? []);
  }

  async function ready(): Promise<{ code: number; checks: Record<string, string> }> {
    const response = await fetch(`${running.service.url()}/health/ready`);
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    return { code: response.status, checks };
  }

  interface Counted {
    readonly conversations: {
      readonly edges: readonly { readonly node: { id: string; messageCount: number; status: string } }[];
    };
  }
  const counted = async ({ ada }: TestCompany) => {
    const { data } = await running.ask<Counted>(ada, '{ conversations { edges { node { id messageCount status } } } }');
    return data.conversations.edges.map(({ node }) => node);
  };

  test('turns what the channels tell into conversations, once for any number of repetitions, and tells it on', async () => {
    const company = await addCompany(running.database);
    const repeated = message(company);
    await publish(company.companyId, ...Array.from({ length: 20 }, () => repeated), message(company));
    await eventually(async () => expect(await counted(company)).toMatchObject([{ messageCount: 2 }]));
    await eventually(async () =>
      expect((await toldOf(company.companyId)).map(({ type }) => type)).toEqual([
        'conversation.opened',
        'conversation.message.created',
        'conversation.message.created',
      ]),
    );
  });

  test('keeps the order in which a contact wrote', async () => {
    const company = await addCompany(running.database);
    const texts = Array.from({ length: 30 }, (_, index) => `message ${index}`);
    await publish(company.companyId, ...texts.map((text) => message(company, { text })));
    await eventually(async () => expect(await counted(company)).toMatchObject([{ messageCount: texts.length }]));
    const told = await eventually(async () => {
      const all = (await toldOf(company.companyId)).flatMap((event) =>
        event.type === 'conversation.message.created' ? (event.data.message.text ?? '') : [],
      );
      expect(all).toHaveLength(texts.length);
      return all;
    });
    expect(told).toEqual(texts);
  });

  test('brings together what the channels tell of one thread, in the order in which it was told', async () => {
    const company = await addCompany(running.database);
    const shown = picture();
    const sentAt = new Date(Date.now() - 60_000).toISOString();
    const { data } = received(company, { text: 'In blue?', platform: 'INSTAGRAM', attachments: [shown], sentAt });
    const { channelId, threadExternalId, externalMessageId, contact } = data;
    const about = { channelId, threadExternalId, externalMessageId };
    const echo = echoed(company, { text: 'Yes, we do' });
    const now = new Date().toISOString();
    const by = { kind: 'system' } as const;
    const facts: NewEvent<SwitchboardCatalogue>[] = [
      { type: 'channel.message.received', actor: { kind: 'contact' }, data },
      {
        type: 'channel.message.edited',
        actor: by,
        data: { ...about, text: 'In red?', attachments: null, editedAt: now },
      },
      { type: 'channel.message.extended', actor: by, data: { ...about, text: null, attachments: [shown, picture()] } },
      {
        type: 'channel.attachment.stored',
        actor: by,
        data: { ...about, attachment: { ...shown, fileKey: 'a/b' }, failure: null },
      },
      {
        type: 'channel.message.reacted',
        actor: by,
        data: { ...about, byExternalId: 'x', emoji: '👍', reactedAt: now },
      },
      { type: 'channel.message.echoed', actor: by, data: echo.data },
      {
        type: 'channel.delivery.updated',
        actor: by,
        data: {
          channelId,
          threadExternalId,
          conversationId: null,
          messageId: echo.data.messageId,
          status: 'READ',
          externalMessageId: null,
          failure: null,
        },
      },
      {
        type: 'channel.contact.profiled',
        actor: by,
        data: { channelId, threadExternalId, contact: { ...contact, name: 'Grace' }, pictureFileKey: null },
      },
      { type: 'channel.connection.changed', actor: by, data: connection(company, { platform: 'INSTAGRAM' }).data },
      {
        type: 'channel.thread.activity',
        actor: by,
        data: { channelId, threadExternalId, contact, kind: 'MOVED', detail: { to: 'elsewhere' }, occurredAt: now },
      },
    ];
    await publish(company.companyId, ...facts.flatMap((fact) => [fact, fact]));
    const query = `{ conversations { edges { node {
      contact { name identities { externalId } }
      messages { edges { node { text status editedAt reactions { emoji } attachments { kind } author { __typename } } } }
    } } } }`;
    await eventually(async () => {
      const { data: found } = await running.ask<{ conversations: { edges: unknown[] } }>(company.ada, query);
      expect(found.conversations.edges).toEqual([
        {
          node: {
            contact: { name: 'Grace', identities: [{ externalId: 'elsewhere' }] },
            messages: {
              edges: [
                {
                  node: {
                    text: 'In red?',
                    status: 'RECEIVED',
                    editedAt: now,
                    reactions: [{ emoji: '👍' }],
                    attachments: [{ kind: 'IMAGE' }, { kind: 'IMAGE' }],
                    author: { __typename: 'Contact' },
                  },
                },
                {
                  node: {
                    text: 'Yes, we do',
                    status: 'READ',
                    editedAt: null,
                    reactions: [],
                    attachments: [],
                    author: { __typename: 'Channel' },
                  },
                },
              ],
            },
          },
        },
      ]);
    });
    const told = (await toldOf(company.companyId)).map((event) =>
      event.type === 'conversation.message.changed' ? event.data.change : event.type,
    );
    expect(told).toEqual([
      'conversation.opened',
      'conversation.message.created',
      'EDITED',
      'ATTACHMENTS',
      'ATTACHMENTS',
      'REACTED',
      'conversation.message.created',
      'conversation.message.updated',
    ]);
  });

  test('tells whoever listens that an agent is typing, and keeps nothing of it', async () => {
    const company = await addCompany(running.database);
    await publish(company.companyId, message(company));
    const [conversation] = await eventually(async () => {
      const found = await counted(company);
      expect(found).toHaveLength(1);
      return found;
    });
    const heard: TypingSignal[] = [];
    const listening = nats.connection.subscribe(typingSubject(company.companyId), {
      callback: (_error, message) => void heard.push(typingSignal.parse(message.json())),
    });
    await nats.connection.flush();
    const typing = `mutation ($id: ID!, $is: Boolean!) {
      setTyping(input: { conversationId: $id, isTyping: $is }) { userErrors { code } } }`;
    const id = conversation?.id;
    const told = { data: { setTyping: { userErrors: [] } } };
    expect(await running.ask(company.ada, typing, { id, is: true })).toEqual(told);
    expect(await running.ask(company.ada, typing, { id, is: false })).toEqual(told);
    const place = { conversationId: id, channelId: company.channelId, threadExternalId: 'thread-customer-1' };
    const author = { kind: 'AGENT', id: company.ada.agentId, name: 'Ada' };
    await eventually(() =>
      expect(heard).toEqual([
        { ...place, author, isTyping: true },
        { ...place, author, isTyping: false },
      ]),
    );
    const missing = { data: { setTyping: { userErrors: [{ code: 'NOT_FOUND' }] } } };
    expect(await running.ask(acme.ada, typing, { id, is: true })).toEqual(missing);
    expect(await running.ask(company.ada, typing, { id: 'nonsense', is: true })).toEqual(missing);
    const partner = await running.ask(company.partner, typing, { id, is: true });
    expect(partner.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(heard).toHaveLength(2);
    listening.unsubscribe();
  });

  test('parks a report on a message that nobody sent', async () => {
    const report = {
      channelId: acme.channelId,
      conversationId: v7(),
      messageId: v7(),
      status: 'SENT' as const,
      externalMessageId: null,
      failure: null,
    };
    const actor = { kind: 'system' } as const;
    await publish(acme.companyId, { type: 'channel.delivery.updated', actor, data: report });
    await eventually(async () => {
      const letters = await listDeadLetters(nats, { durable: 'conversations-received' });
      expect(JSON.stringify(letters)).toContain(report.messageId);
    });
  });

  test('opens a snoozed conversation when its time has come', async () => {
    const company = await addCompany(running.database);
    await publish(company.companyId, message(company));
    const [conversation] = await eventually(async () => {
      const found = await counted(company);
      expect(found).toHaveLength(1);
      return found;
    });
    const snoozedUntil = new Date(Date.now() + 86_400_000);
    const conversationId = conversation?.id ?? '';
    await changeStatus(running.database, company.ada, { conversationId, status: 'SNOOZED', snoozedUntil });
    expect(await counted(company)).toMatchObject([{ status: 'SNOOZED' }]);
    await running.database.write(
      company.companyId,
      ({ sql }) =>
        sql`update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = ${conversationId}`,
    );
    await eventually(async () => expect(await counted(company)).toMatchObject([{ status: 'OPEN' }]));
  });

  test('loses and doubles nothing while PostgreSQL is away, and says so', async () => {
    const company = await addCompany(running.database);
    await eventually(async () => expect(await ready()).toEqual({ code: 200, checks: { postgres: 'ok', nats: 'ok' } }));
    await postgres.kill9();
    try {
      for (let index = 0; index < 10; index++) {
        const written = message(company, { from: `customer-${index % 3}` });
        await publish(company.companyId, written, written);
      }
      await eventually(async () => {
        const { code, checks } = await ready();
        expect(code).toBe(503);
        expect(checks['postgres']).not.toBe('ok');
      });
      const away = await running.ask(company.ada, '{ agents { name } }');
      expect(away.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    } finally {
      await postgres.restart();
    }
    await eventually(async () => {
      const messages = (await counted(company)).reduce((sum, { messageCount }) => sum + messageCount, 0);
      expect(messages).toBe(10);
    });
    await eventually(async () => expect((await ready()).code).toBe(200));
  });

  test('goes on where it stopped when it starts again', async () => {
    const company = await addCompany(running.database);
    await running.service.stop();
    await publish(company.companyId, message(company));
    running = await start();
    await eventually(async () => expect(await counted(company)).toMatchObject([{ messageCount: 1 }]));
  });

  test('runs as a role that can neither see nor change without a company, and owns nothing', async () => {
    await running.service.stop();
    const url = new URL(postgres.url);
    url.username = 'conversations_app';
    url.password = 'app';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      const { rows } = await client.query('select from conversations.conversations');
      expect(rows).toHaveLength(0);
      await expect(client.query('select event from conversations.outbox')).rejects.toThrow(/permission denied/);
      await expect(client.query('drop table conversations.messages')).rejects.toThrow(/owner/);
      await expect(
        client.query(`insert into conversations.teams values ($1, $2, 'x')`, [acme.companyId, v7()]),
      ).rejects.toThrow(/row-level security/);
    } finally {
      await client.end();
      running = await start();
    }
  });
});
