import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { textUpdate } from '../testing/harness.ts';
import { mutationNames, openConnecting, type Connecting } from '../testing/connecting.ts';

describe('a channel and those who may change it', () => {
  let world: Connecting;

  beforeAll(async () => {
    world = await openConnecting();
  });
  afterAll(() => world.close());

  it('is forgotten by the platform, the lists and the keyring when it is removed, and stays for its conversations', async () => {
    const admin = await world.company();
    const botId = world.newId();
    const telegram = { botToken: world.botToken(botId) };
    const { id, name } = await world.connected(admin, { telegram });
    const answer = await world.run(admin, 'removeChannel', { channelId: id });
    expect(answer).toMatchObject({ channel: { id, status: 'REMOVED' }, userErrors: [] });
    expect(await world.credentials(admin, id)).toEqual({ accessToken: null, webhookSecret: null });
    expect(world.telegram.calls().findLast((call) => call.botId === botId)?.method).toBe('deleteWebhook');
    const { data } = await world.harness.query(
      admin,
      `query ($id: ID!, $references: [_Any!]!) {
        channels { id } company { channels { id } } channel(id: $id) { name status }
        _entities(representations: $references) { ... on Channel { name status } }
      }`,
      { id, references: [{ __typename: 'Channel', id }] },
    );
    const removed = { name, status: 'REMOVED' };
    expect(data).toEqual({ channels: [], company: { channels: [] }, channel: removed, _entities: [removed] });
  });

  it('takes no updates any more once it is removed', async () => {
    const admin = await world.company();
    const botId = world.newId();
    const { id: channelId } = await world.connected(admin, { telegram: { botToken: world.botToken(botId) } });
    await world.run(admin, 'removeChannel', { channelId });
    const response = await fetch(`${world.harness.channels.url()}/webhooks/telegram/${channelId}`, {
      method: 'POST',
      body: JSON.stringify(textUpdate()),
    });
    expect(response.status).toBe(404);
  });

  it('leaves its account to whoever connects it next', async () => {
    const [acme, globex] = [await world.company(), await world.company()];
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    const { id: channelId } = await world.connected(acme, { messenger });
    await world.run(acme, 'removeChannel', { channelId });
    expect(world.graph.isSubscribed(page.id)).toBe(false);
    expect(await world.connected(globex, { messenger })).toMatchObject({ status: 'ACTIVE' });
    expect(world.graph.isSubscribed(page.id, 'messages')).toBe(true);
  });

  it('leaves the page’s webhooks to the Instagram account that hears by them', async () => {
    const admin = await world.company();
    const page = world.page();
    const { token: accessToken } = page;
    const { id: channelId } = await world.connected(admin, { messenger: { pageId: page.id, accessToken } });
    await world.connected(admin, { instagram: { accountId: page.instagram.id, accessToken } });
    await world.run(admin, 'removeChannel', { channelId });
    expect(world.graph.isSubscribed(page.id, 'messages')).toBe(true);
  });

  it('is removed also while its platform is away, and with a token that is dead', async () => {
    const admin = await world.company();
    const botToken = world.botToken();
    const first = await world.connected(admin, { telegram: { botToken } });
    world.telegram.revoke(botToken);
    expect(await world.run(admin, 'removeChannel', { channelId: first.id })).toMatchObject({ userErrors: [] });
    const second = await world.connected(admin, { telegram: { botToken: world.botToken() } });
    world.telegram.fail(1, { kind: 'proxy', status: 502 }, 'deleteWebhook');
    expect(await world.run(admin, 'removeChannel', { channelId: second.id })).toMatchObject({ userErrors: [] });
    expect(world.log()).toContain('could not be told of a removal');
    expect(await world.channels(admin)).toEqual([]);
  });

  it('lets what waits be looked at once more when it is removed, so that it gets its outcome', async () => {
    const admin = await world.company();
    const { companyId } = admin;
    const { id: channelId } = await world.connected(admin, { telegram: { botToken: world.botToken() } });
    const { database } = world.harness.channels;
    await database.write(
      companyId,
      ({ sql }) => sql`
        insert into channels.delivery_queues (company_id, conversation_id, channel_id, due_at)
        values (${companyId}, ${v7()}, ${channelId}, 'infinity')`,
    );
    await world.run(admin, 'removeChannel', { channelId });
    const waiting = await database.write(
      companyId,
      ({ sql }) => sql`select 1 as found from channels.delivery_queues where due_at = 'infinity'`,
    );
    expect(waiting).toEqual([]);
  });

  const ofOneChannel = mutationNames.filter((name) => name !== 'connectChannel');

  it.each(ofOneChannel)(
    'is not there for %s of another company, of nobody’s, or of one that was removed',
    async (name) => {
      const [acme, globex] = [await world.company(), await world.company()];
      const webChat = { title: 'Chat', allowedOrigins: ['https://shop.example'] };
      const theirs = await world.connected(acme, { webChat });
      const before = await world.credentials(acme, theirs.id);
      const removed = await world.connected(globex, { webChat });
      await world.run(globex, 'removeChannel', { channelId: removed.id });
      for (const channelId of [theirs.id, removed.id, v7(), `${theirs.id}' or true --`]) {
        const input = { channelId, ...(name === 'reauthorizeChannel' && { token: 'x' }) };
        const { channel, userErrors } = await world.run(globex, name, input);
        expect(channel).toBeNull();
        expect(userErrors).toEqual([
          { code: 'NOT_FOUND', field: ['input', 'channelId'], message: 'There is no such channel.' },
        ]);
      }
      expect(await world.credentials(acme, theirs.id)).toEqual(before);
      expect(await world.channels(acme)).toEqual([{ id: theirs.id, status: 'ACTIVE' }]);
    },
  );

  it.each(ofOneChannel)('is changed by admins only: %s', async (name) => {
    const admin = await world.company();
    const webChat = { title: 'Chat', allowedOrigins: ['https://shop.example'] };
    const { id: channelId } = await world.connected(admin, { webChat });
    const before = await world.credentials(admin, channelId);
    const input = { channelId, ...(name === 'reauthorizeChannel' && { token: 'x' }) };
    const { companyId } = admin;
    const others = [
      { ...admin, role: 'SUPERVISOR' },
      { ...admin, role: 'AGENT' },
      { kind: 'partner', companyId, partner: 'crm', scopes: [] },
    ] as const;
    for (const other of others) {
      const { data, errors } = await world.ask(other, name, input);
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(await world.credentials(admin, channelId)).toEqual(before);
    expect(await world.channels(admin)).toEqual([{ id: channelId, status: 'ACTIVE' }]);
  });
});
