import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { openConnecting, type Connecting } from '../testing/connecting.ts';

type Admin = Awaited<ReturnType<Connecting['company']>>;

describe('a channel whose token is refused, or that is paused', () => {
  let world: Connecting;

  beforeAll(async () => {
    world = await openConnecting();
  });
  afterAll(() => world.close());

  const database = () => world.harness.channels.database;

  async function connectedBot() {
    const admin = await world.company();
    const botId = world.newId();
    const channel = await world.connected(admin, { telegram: { botToken: world.botToken(botId) } });
    return { admin, botId, channel };
  }

  async function refuseToken({ companyId }: Admin, channelId: string): Promise<void> {
    await database().write(
      companyId,
      ({ sql }) => sql`update channels.channels set status = 'NEEDS_REAUTHORIZATION' where id = ${channelId}`,
    );
  }

  /** Something to send that waits until the channel is resumed. */
  async function waitingQueue({ companyId }: Admin, channelId: string): Promise<string> {
    const conversationId = v7();
    await database().write(
      companyId,
      ({ sql }) => sql`
        insert into channels.delivery_queues (company_id, conversation_id, channel_id, due_at)
        values (${companyId}, ${conversationId}, ${channelId}, 'infinity')`,
    );
    return conversationId;
  }

  /** Whether it waits still. Once it does not, a worker finds nothing in it and takes it away. */
  async function isWaiting({ companyId }: Admin, conversationId: string): Promise<boolean> {
    const waiting = await database().write(
      companyId,
      ({ sql }) => sql`
        select 1 as found from channels.delivery_queues
        where conversation_id = ${conversationId} and due_at = 'infinity'`,
    );
    return waiting.length > 0;
  }

  it('goes on with a new token of the same account, and sends what waited', async () => {
    const { admin, botId, channel } = await connectedBot();
    await refuseToken(admin, channel.id);
    const queue = await waitingQueue(admin, channel.id);
    const token = world.botToken(botId);
    const before = await world.credentials(admin, channel.id);
    const answer = await world.run(admin, 'reauthorizeChannel', { channelId: channel.id, token });
    expect(answer).toMatchObject({ channel: { id: channel.id, name: channel.name, status: 'ACTIVE' }, userErrors: [] });
    const after = await world.credentials(admin, channel.id);
    expect(world.harness.channels.keyring.open(after?.accessToken ?? '', channel.id)).toBe(token);
    // Telegram goes on marking updates with the secret it has.
    expect(after?.webhookSecret).toBe(before?.webhookSecret);
    const calls = world.telegram.calls().filter((call) => call.botId === botId);
    expect(calls.map(({ method }) => method)).toEqual(['getMe', 'setWebhook', 'getMe', 'setWebhook']);
    expect(calls[3]?.parameters).toEqual(calls[1]?.parameters);
    expect(await isWaiting(admin, queue)).toBe(false);
    await eventually(async () => {
      const events = await world.harness.connections(admin.companyId);
      expect(events.map(({ data }) => data.status)).toEqual(['ACTIVE', 'ACTIVE']);
    });
  });

  it('subscribes a page anew, whose old token took the subscription with it', async () => {
    const admin = await world.company();
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    const channel = await world.connected(admin, { messenger });
    const token = `${page.token}-new`;
    world.graph.addAccount({ ...page, token });
    world.graph.revokeToken(page.token);
    await world.run(admin, 'reauthorizeChannel', { channelId: channel.id, token });
    expect(world.graph.isSubscribed(page.id, 'messages')).toBe(true);
  });

  it('takes no token of another account, and none that is not good', async () => {
    const { admin, botId, channel } = await connectedBot();
    await refuseToken(admin, channel.id);
    const before = await world.credentials(admin, channel.id);
    const revoked = world.botToken(botId);
    world.telegram.revoke(revoked);
    const { id: channelId } = channel;
    const answers = [
      await world.run(admin, 'reauthorizeChannel', { channelId, token: world.botToken() }),
      await world.run(admin, 'reauthorizeChannel', { channelId, token: revoked }),
      await world.run(admin, 'reauthorizeChannel', { channelId, token: 'nonsense' }),
      await world.run(admin, 'reauthorizeChannel', { channelId, token: 'with a blank' }),
    ];
    expect(answers.map(({ channel: none, userErrors }) => [none, userErrors])).toEqual(
      ['WRONG_ACCOUNT', 'BAD_CREDENTIALS', 'BAD_CREDENTIALS', 'INVALID'].map((code) => [
        null,
        [{ code, field: ['input', 'token'], message: expect.any(String) }],
      ]),
    );
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    const { id } = await world.connected(admin, { messenger });
    const ofAnother = await world.run(admin, 'reauthorizeChannel', { channelId: id, token: world.page().token });
    expect(ofAnother.userErrors).toMatchObject([{ code: 'WRONG_ACCOUNT' }]);
    expect(await world.credentials(admin, channelId)).toEqual(before);
    expect(await world.channels(admin)).toContainEqual({ id: channelId, status: 'NEEDS_REAUTHORIZATION' });
  });

  it.each(['getMe', 'setWebhook'])('keeps its old token while the platform is away at %s', async (method) => {
    const { admin, botId, channel } = await connectedBot();
    const before = await world.credentials(admin, channel.id);
    world.telegram.fail(1, { kind: 'proxy', status: 502 }, method);
    const input = { channelId: channel.id, token: world.botToken(botId) };
    const { userErrors } = await world.run(admin, 'reauthorizeChannel', input);
    expect(userErrors).toMatchObject([{ code: 'PLATFORM_UNAVAILABLE' }]);
    expect(await world.credentials(admin, channel.id)).toEqual(before);
    expect((await world.run(admin, 'reauthorizeChannel', input)).userErrors).toEqual([]);
  });

  it('waits while it is paused, and sends what waited when it is resumed', async () => {
    const { admin, channel } = await connectedBot();
    const input = { channelId: channel.id };
    for (const _ of ['once', 'again']) {
      const paused = await world.run(admin, 'pauseChannel', input);
      expect(paused).toMatchObject({ channel: { status: 'PAUSED' }, userErrors: [] });
    }
    const queue = await waitingQueue(admin, channel.id);
    expect(await isWaiting(admin, queue)).toBe(true);
    const resumed = await world.run(admin, 'resumeChannel', input);
    expect(resumed).toMatchObject({ channel: { status: 'ACTIVE' }, userErrors: [] });
    expect(await isWaiting(admin, queue)).toBe(false);
    await eventually(async () => {
      const events = await world.harness.connections(admin.companyId);
      expect(events.map(({ data }) => data.status)).toEqual(['ACTIVE', 'PAUSED', 'PAUSED', 'ACTIVE']);
    });
  });

  it('leaves no queue behind that a worker lets wait in the same moment', async () => {
    const { admin, channel } = await connectedBot();
    await world.run(admin, 'pauseChannel', { channelId: channel.id });
    const { companyId } = admin;
    const queue = await waitingQueue(admin, channel.id);
    await database().write(
      companyId,
      ({ sql }) =>
        sql`update channels.delivery_queues set due_at = now() + interval '1 minute' where conversation_id = ${queue}`,
    );
    let resuming: Promise<unknown> | undefined;
    await database().write(companyId, async ({ sql }) => {
      await sql`select 1 as locked from channels.delivery_queues where conversation_id = ${queue} for update`;
      resuming = world.run(admin, 'resumeChannel', { channelId: channel.id });
      await eventually(async () => {
        const [waiting] = await database().write(
          companyId,
          ({ sql: other }) => other`select 1 as found from pg_locks where not granted`,
        );
        expect(waiting).toBeDefined();
      });
      await sql`update channels.delivery_queues set due_at = 'infinity' where conversation_id = ${queue}`;
    });
    await resuming;
    expect(await isWaiting(admin, queue)).toBe(false);
  });

  it('is neither paused nor resumed while it needs a new token', async () => {
    const { admin, channel } = await connectedBot();
    await refuseToken(admin, channel.id);
    for (const name of ['pauseChannel', 'resumeChannel'] as const) {
      const { userErrors } = await world.run(admin, name, { channelId: channel.id });
      expect(userErrors).toMatchObject([{ code: 'NEEDS_REAUTHORIZATION', field: ['input', 'channelId'] }]);
    }
    expect(await world.channels(admin)).toEqual([{ id: channel.id, status: 'NEEDS_REAUTHORIZATION' }]);
  });
});
