import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { openConnecting, type Connecting } from '../testing/connecting.ts';

const webChat = { title: 'Talk to us', allowedOrigins: ['https://Shop.example/', 'http://localhost:3000'] };

describe('a web chat', () => {
  let world: Connecting;

  beforeAll(async () => {
    world = await openConnecting();
  });
  afterAll(() => world.close());

  it('is connected with a site key and an identity secret, and nobody is asked', async () => {
    const admin = await world.company();
    const channel = await world.connected(admin, { webChat });
    expect(channel).toMatchObject({
      platform: 'WEB_CHAT',
      name: 'Talk to us',
      externalId: expect.stringMatching(/^[\w-]{16}$/),
      status: 'ACTIVE',
      webhookUrl: null,
      identitySecret: expect.stringMatching(/^[\w-]{43}$/),
      webChat: {
        allowedOrigins: ['https://shop.example', 'http://localhost:3000'],
        color: '#2563eb',
        title: 'Talk to us',
        greeting: 'Hello! How can we help?',
        offlineNotice: expect.stringContaining('as soon as you are back'),
        requireIdentity: false,
      },
    });
    expect(channel.embedCode).toBe(
      `<script src="https://inbox.example.com/chat/widget.js" data-site-key="${channel.externalId}" async></script>`,
    );
    const other = await world.connected(admin, { webChat });
    expect(other.externalId).not.toBe(channel.externalId);
    expect(other.identitySecret).not.toBe(channel.identitySecret);
  });

  it('changes in what is given, and keeps the rest', async () => {
    const admin = await world.company();
    const { id: channelId, webChat: before } = await world.connected(admin, { webChat });
    const input = { channelId, color: '#AABBCC', requireIdentity: true, greeting: '', title: null, name: 'Site' };
    const { channel, userErrors } = await world.run(admin, 'updateWebChat', input);
    expect(userErrors).toEqual([]);
    expect(channel).toMatchObject({
      name: 'Site',
      webChat: { ...before, color: '#aabbcc', requireIdentity: true, greeting: '' },
    });
    await eventually(async () => {
      const events = await world.harness.connections(admin.companyId);
      expect(events.map(({ data }) => data.name)).toEqual(['Talk to us', 'Site']);
    });
  });

  it.each([
    ['an origin with a path', { allowedOrigins: ['https://shop.example/cart'] }, ['allowedOrigins', '0']],
    ['an origin that is none', { allowedOrigins: ['https://shop.example', 'shop.example'] }, ['allowedOrigins', '1']],
    ['an origin of another kind', { allowedOrigins: ['file:///etc/passwd'] }, ['allowedOrigins', '0']],
    ['an origin with a password', { allowedOrigins: ['https://a:b@shop.example'] }, ['allowedOrigins', '0']],
    ['no origin', { allowedOrigins: [] }, ['allowedOrigins']],
    ['a colour by name', { color: 'red' }, ['color']],
    ['a colour with more behind it', { color: '#aabbcc;}' }, ['color']],
    ['an empty title', { title: '\0 ' }, ['title']],
    ['a greeting without end', { greeting: 'x'.repeat(501) }, ['greeting']],
  ])('refuses %s, when it is connected and when it is changed', async (_what, wrong, path) => {
    const admin = await world.company();
    const refused = await world.run(admin, 'connectChannel', { webChat: { ...webChat, ...wrong } });
    expect(refused).toMatchObject({ channel: null, identitySecret: null });
    expect(refused.userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'webChat', ...path], message: expect.any(String) },
    ]);
    const { id: channelId, webChat: before } = await world.connected(admin, { webChat });
    const { userErrors } = await world.run(admin, 'updateWebChat', { channelId, ...wrong });
    expect(userErrors).toEqual([{ code: 'INVALID', field: ['input', ...path], message: expect.any(String) }]);
    const { channel } = await world.run(admin, 'pauseChannel', { channelId });
    expect(channel?.webChat).toEqual(before);
  });

  it('gets a new identity secret, which is shown once', async () => {
    const admin = await world.company();
    const { id: channelId, identitySecret } = await world.connected(admin, { webChat });
    const rotated = await world.run(admin, 'rotateIdentitySecret', { channelId });
    expect(rotated.identitySecret).toMatch(/^[\w-]{43}$/);
    expect(rotated.identitySecret).not.toBe(identitySecret);
    const { webhookSecret } = (await world.credentials(admin, channelId)) ?? {};
    expect(world.harness.channels.keyring.open(webhookSecret ?? '', channelId)).toBe(rotated.identitySecret);
    expect(world.log()).not.toContain(identitySecret);
    expect(world.log()).not.toContain(rotated.identitySecret);
  });

  it('has no token, and other channels have nothing of its', async () => {
    const admin = await world.company();
    const chat = await world.connected(admin, { webChat });
    const bot = await world.connected(admin, { telegram: { botToken: world.botToken() } });
    const answers = [
      await world.run(admin, 'reauthorizeChannel', { channelId: chat.id, token: 'x' }),
      await world.run(admin, 'updateWebChat', { channelId: bot.id, title: 'Chat' }),
      await world.run(admin, 'rotateIdentitySecret', { channelId: bot.id }),
    ];
    for (const { channel, userErrors } of answers) {
      expect(channel).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'channelId'] }]);
    }
  });
});
