import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { openConnecting, type Connecting } from '../testing/connecting.ts';

describe('connecting an account', () => {
  let world: Connecting;

  beforeAll(async () => {
    world = await openConnecting();
  });
  afterAll(() => world.close());

  it('asks Telegram whose the token is, and lets it deliver the bot’s updates', async () => {
    const admin = await world.company();
    const botToken = world.botToken();
    const [botId = ''] = botToken.split(':');
    const channel = await world.connected(admin, { name: 'Support', telegram: { botToken } });
    expect(channel).toMatchObject({
      platform: 'TELEGRAM',
      name: 'Support',
      externalId: botId,
      status: 'ACTIVE',
      webhookUrl: `https://inbox.example.com/webhooks/telegram/${channel.id}`,
      embedCode: null,
      webChat: null,
      health: { lastError: null, pendingDeliveries: 0 },
      identitySecret: null,
    });
    const calls = world.telegram.calls().filter((call) => call.botId === botId);
    expect(calls.map(({ method }) => method)).toEqual(['getMe', 'setWebhook']);
    const { webhookSecret } = (await world.credentials(admin, channel.id)) ?? {};
    expect(calls[1]?.parameters).toMatchObject({
      url: channel.webhookUrl,
      secret_token: world.harness.channels.keyring.open(webhookSecret ?? '', channel.id),
      allowed_updates: expect.arrayContaining(['message', 'callback_query']),
    });
    expect(await world.channels(admin)).toEqual([{ id: channel.id, status: 'ACTIVE' }]);
  });

  it('connects a page, its Instagram account, one with a login of its own, and a number', async () => {
    const admin = await world.company();
    const page = world.page();
    const own = world.instagram();
    const number = world.phoneNumber();
    const messenger = await world.connected(admin, {
      messenger: { pageId: page.id, accessToken: page.token, humanAgent: true },
    });
    expect(messenger).toMatchObject({ platform: 'MESSENGER', externalId: page.id, name: page.name });
    expect(messenger.webhookUrl).toBe('https://inbox.example.com/webhooks/meta');
    const instagram = { accountId: page.instagram.id, accessToken: page.token };
    expect(await world.connected(admin, { instagram })).toMatchObject({ name: page.instagram.username });
    const login = { accountId: own.id, accessToken: own.token, login: 'INSTAGRAM' };
    expect(await world.connected(admin, { instagram: login })).toMatchObject({ name: own.username });
    const { id: phoneNumberId, businessAccountId, token: accessToken } = number;
    const whatsapp = { phoneNumberId, businessAccountId, accessToken };
    expect(await world.connected(admin, { whatsapp })).toMatchObject({ name: number.verifiedName });
    for (const { id } of [page, own, number]) expect(world.graph.isSubscribed(id, 'messages')).toBe(true);

    const told = await eventually(async () => {
      const events = await world.harness.connections(admin.companyId);
      expect(events).toHaveLength(4);
      return events;
    });
    expect(told[0]).toMatchObject({
      actor: { kind: 'agent', id: admin.agentId },
      data: { channelId: messenger.id, platform: 'MESSENGER', name: page.name, status: 'ACTIVE', humanAgent: true },
    });
    expect(told.slice(1).map(({ data }) => data)).toEqual(
      Array(3).fill(expect.objectContaining({ humanAgent: false })),
    );
  });

  it('gives back no credentials, and logs none', async () => {
    const admin = await world.company();
    const botToken = world.botToken();
    const page = world.page();
    const telegram = await world.connected(admin, { telegram: { botToken } });
    await world.connected(admin, { messenger: { pageId: page.id, accessToken: page.token } });
    const newToken = world.botToken(botToken.split(':')[0]);
    const answers = [
      await world.ask(admin, 'reauthorizeChannel', { channelId: telegram.id, token: newToken }),
      await world.ask(admin, 'connectChannel', { telegram: { botToken } }),
      await world.ask(admin, 'pauseChannel', { channelId: telegram.id }),
      await world.harness.query(admin, '{ company { channels { id name externalId webhookUrl embedCode } } }'),
      await world.ask(admin, 'removeChannel', { channelId: telegram.id }),
    ];
    const { data } = await world.harness.query({ ...admin, kind: 'service', service: 'test' }, '{ _service { sdl } }');
    const sdl = JSON.stringify(data);
    const types = sdl.replaceAll(/input \w+ \{.*?\}/g, '');
    expect(types).not.toMatch(/accessToken:|botToken:|webhookSecret|token:/);
    for (const secret of [botToken, newToken, page.token]) {
      expect(JSON.stringify(answers)).not.toContain(secret);
      expect(world.log()).not.toContain(secret);
    }
    expect(world.log()).not.toBe('');
  });

  it.each([
    ['nothing', {}, [], /exactly one/],
    ['two accounts', { telegram: { botToken: '1:x' }, webChat: { allowedOrigins: [], title: 'x' } }, [], /exactly one/],
    ['an empty name', { name: ' ', telegram: { botToken: '1:x' } }, ['name'], /empty/],
    ['a token that is none', { telegram: { botToken: 'nonsense' } }, ['telegram', 'botToken'], /@BotFather/],
    [
      'the id of a page that is a name',
      { messenger: { pageId: 'my page', accessToken: 'EAAB' } },
      ['messenger', 'pageId'],
      /number/,
    ],
    [
      'a token with a line break',
      { whatsapp: { phoneNumberId: '1', businessAccountId: '2', accessToken: 'EAAB\r\nx: y' } },
      ['whatsapp', 'accessToken'],
      /copy it again/,
    ],
  ])('refuses %s, and says what to do', async (_what, input, path, message) => {
    const { channel, userErrors } = await world.run(await world.company(), 'connectChannel', input);
    expect(channel).toBeNull();
    expect(userErrors).toEqual([
      { code: 'INVALID', field: ['input', ...path], message: expect.stringMatching(message) },
    ]);
  });

  it('refuses tokens that the platform does not take', async () => {
    const admin = await world.company();
    const botToken = world.botToken();
    world.telegram.revoke(botToken);
    const page = world.page();
    world.graph.revokeToken(page.token);
    const number = world.phoneNumber();
    const refused = [
      await world.run(admin, 'connectChannel', { telegram: { botToken } }),
      await world.run(admin, 'connectChannel', { messenger: { pageId: page.id, accessToken: page.token } }),
      await world.run(admin, 'connectChannel', { messenger: { pageId: page.id, accessToken: number.token } }),
      await world.run(admin, 'connectChannel', {
        whatsapp: { phoneNumberId: page.id, businessAccountId: '1', accessToken: number.token },
      }),
    ];
    expect(refused.map(({ userErrors }) => userErrors)).toEqual([
      [
        {
          code: 'BAD_CREDENTIALS',
          field: ['input', 'telegram', 'botToken'],
          message: expect.stringMatching(/copy it/),
        },
      ],
      [
        {
          code: 'BAD_CREDENTIALS',
          field: ['input', 'messenger', 'accessToken'],
          message: expect.stringMatching(/create a new one/),
        },
      ],
      [{ code: 'WRONG_ACCOUNT', field: ['input', 'messenger', 'pageId'], message: expect.any(String) }],
      [{ code: 'WRONG_ACCOUNT', field: ['input', 'whatsapp', 'phoneNumberId'], message: expect.any(String) }],
    ]);
    expect(await world.channels(admin)).toEqual([]);
  });

  it('refuses an account that is connected, without saying whose it is', async () => {
    const [acme, globex] = [await world.company(), await world.company()];
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    await world.connected(acme, { name: 'Acme’s page', messenger });
    for (const admin of [acme, globex]) {
      const answer = await world.run(admin, 'connectChannel', { messenger });
      expect(answer).toMatchObject({
        channel: null,
        userErrors: [{ code: 'ACCOUNT_TAKEN', field: ['input', 'messenger', 'pageId'] }],
      });
      expect(JSON.stringify(answer)).not.toContain('Acme');
    }
    expect(await world.channels(globex)).toEqual([]);
  });

  it('gives a page to one of two admins who connect it at once', async () => {
    const admins = [await world.company(), await world.company()] as const;
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    const answers = await Promise.all(admins.map((admin) => world.run(admin, 'connectChannel', { messenger })));
    expect(answers.filter(({ channel }) => channel?.status === 'ACTIVE')).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['ACCOUNT_TAKEN']);
    expect((await Promise.all(admins.map((admin) => world.channels(admin)))).flat()).toHaveLength(1);
    expect(world.graph.isSubscribed(page.id, 'messages')).toBe(true);
  });

  it.each([
    ['is in trouble', { kind: 'refuse', status: 500, description: 'Internal Server Error' }, 'PLATFORM_UNAVAILABLE'],
    ['is behind a proxy that is', { kind: 'proxy', status: 502 }, 'PLATFORM_UNAVAILABLE'],
    ['does not answer', { kind: 'drop' }, 'PLATFORM_UNAVAILABLE'],
    ['takes too long', { kind: 'delay', ms: 4_500 }, 'PLATFORM_UNAVAILABLE'],
    ['does not permit it', { kind: 'refuse', status: 403, description: 'Forbidden' }, 'NOT_PERMITTED'],
    ['refuses', { kind: 'refuse', status: 400, description: 'Bad Request: bad webhook' }, 'PLATFORM_REFUSED'],
  ] as const)(
    'takes back a channel whose webhooks the platform cannot deliver, because it %s',
    async (_why, fault, code) => {
      const admin = await world.company();
      const telegram = { botToken: world.botToken() };
      world.telegram.fail(1, fault, 'setWebhook');
      const { channel, userErrors } = await world.run(admin, 'connectChannel', { telegram });
      expect(channel).toBeNull();
      expect(userErrors).toEqual([expect.objectContaining({ code })]);
      expect(await world.channels(admin)).toEqual([]);
      const told = await eventually(async () => {
        const events = await world.harness.connections(admin.companyId);
        expect(events).toHaveLength(2);
        return events;
      });
      expect(told.map(({ data }) => data.status)).toEqual(['ACTIVE', 'REMOVED']);
      expect(await world.connected(admin, { telegram })).toMatchObject({ status: 'ACTIVE' });
    },
  );

  it('takes back a number whose business account is another one', async () => {
    const admin = await world.company();
    const { id: phoneNumberId, token: accessToken } = world.phoneNumber();
    const whatsapp = { phoneNumberId, accessToken, businessAccountId: world.phoneNumber().businessAccountId };
    const { channel, userErrors } = await world.run(admin, 'connectChannel', { whatsapp });
    expect(channel).toBeNull();
    expect(userErrors).toHaveLength(1);
    expect(await world.channels(admin)).toEqual([]);
  });

  it('says so while the platform is away, and leaves nothing behind', async () => {
    const admin = await world.company();
    const page = world.page();
    const messenger = { pageId: page.id, accessToken: page.token };
    await world.graph.stop();
    const away = await world.run(admin, 'connectChannel', { messenger });
    await world.graph.start();
    expect(away.userErrors).toEqual([
      {
        code: 'PLATFORM_UNAVAILABLE',
        field: ['input', 'messenger'],
        message: expect.stringMatching(/try again later/),
      },
    ]);
    expect(await world.harness.connections(admin.companyId)).toEqual([]);
    expect(await world.connected(admin, { messenger })).toMatchObject({ status: 'ACTIVE' });
  });

  it('needs an app at Meta for what is Meta’s', async () => {
    const without = world.harness.open({}, { meta: undefined });
    await without.start();
    const admin = await world.company();
    const messenger = { pageId: '1', accessToken: 'EAAB' };
    const { data } = await world.harness.query(
      admin,
      'mutation ($input: ConnectChannelInput!) { connectChannel(input: $input) { userErrors { code message } } }',
      { input: { messenger } },
      without.url(),
    );
    await without.stop();
    expect(data).toEqual({
      connectChannel: {
        userErrors: [{ code: 'PLATFORM_NOT_SET_UP', message: expect.stringContaining('META_APP_ID') }],
      },
    });
  });

  it('is for admins', async () => {
    const { companyId } = await world.company();
    const others = [
      { kind: 'agent', companyId, agentId: v7(), role: 'SUPERVISOR', scopes: [] },
      { kind: 'agent', companyId, agentId: v7(), role: 'AGENT', scopes: [] },
      { kind: 'partner', companyId, partner: 'crm', scopes: [] },
    ] as const;
    for (const other of others) {
      const { data, errors } = await world.ask(other, 'connectChannel', { telegram: { botToken: world.botToken() } });
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});
