import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity, VisitorIdentity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, type TestServer } from '#test/stack/index.ts';
import { openHarness, type Harness } from '../testing/harness.ts';
import { hashOf, newSite, openPage, png, type Site } from '../testing/site.ts';

const send = `mutation ($input: SendChatMessageInput!) { sendChatMessage(input: $input) { clientId userErrors { code field } } }`;
const read = `mutation ($input: MarkChatReadInput!) { markChatRead(input: $input) { userErrors { code field } } }`;

describe('a visitor of a web chat', () => {
  let postgres: TestServer;
  let natsServer: TestServer;
  let harness: Harness;
  const shop = newSite();
  const other = newSite();

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgresServer(), testNats()]);
    const stores = { adminUrl: postgres.url, natsUrl: natsServer.url, telegramApiUrl: 'http://telegram.invalid' };
    harness = await openHarness(stores);
    await harness.seed(shop, other);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  function visitorOf({ company, webChat, origin }: Site, visitorId = v7()): VisitorIdentity {
    return { kind: 'visitor', companyId: company.id, channelId: webChat.id, visitorId, origin, scopes: [] };
  }

  const says = (visitor: Identity, input: object) =>
    harness.query(visitor, send, { input: { clientId: v7(), ...input } });

  async function received({ visitorId, companyId }: VisitorIdentity) {
    const events = await harness.events(companyId);
    return events.flatMap(({ type, data }) =>
      type === 'channel.message.received' && data.threadExternalId === visitorId ? [data] : [],
    );
  }

  async function upload(site: Site, visitor: VisitorIdentity): Promise<string> {
    const page = openPage(harness, site);
    const { body } = await page.session();
    expect(visitor.companyId).toBe(site.company.id);
    return String((await page.upload(body.token, png, { 'x-file-name': 'tent.png' })).body['id']);
  }

  it('writes, and every context hears of it once, however often the client sends it', async () => {
    const visitor = visitorOf(shop);
    const input = { clientId: 'c-1', text: '  Where is my tent?\0 ' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => says(visitor, input)));
    for (const { data } of answers) expect(data).toEqual({ sendChatMessage: { clientId: 'c-1', userErrors: [] } });
    await says(visitor, { text: 'And the pegs' });
    const messages = await eventually(async () => {
      const found = await received(visitor);
      expect(found.map(({ text }) => text)).toContain('And the pegs');
      return found;
    });
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatchObject({
      channelId: shop.webChat.id,
      platform: 'WEB_CHAT',
      externalMessageId: `${visitor.visitorId}:c-1`,
      threadExternalId: visitor.visitorId,
      contact: { externalId: visitor.visitorId, name: null },
      text: 'Where is my tent?',
    });
  });

  it('sends files that were uploaded to this web chat, in their order', async () => {
    const visitor = visitorOf(shop);
    const ids = [await upload(shop, visitor), await upload(shop, visitor)];
    const fileIds = ids.toReversed().map((id) => id.toUpperCase());
    expect((await says(visitor, { fileIds })).data).toMatchObject({ sendChatMessage: { userErrors: [] } });
    const [message] = await eventually(async () => {
      const found = await received(visitor);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(message?.attachments).toEqual(
      ids.toReversed().map((id) => ({
        id,
        kind: 'IMAGE',
        url: null,
        platformFileId: null,
        name: 'tent.png',
        mimeType: 'image/png',
        size: png.length,
        latitude: null,
        longitude: null,
        fileKey: `${shop.company.id}/${id}`,
      })),
    );
  });

  it('goes by the name that the site knows, once signed in', async () => {
    const identity = { userId: 'user-1', name: 'Mina', hash: hashOf(shop, 'user-1') };
    const { body } = await openPage(harness, shop).session({ identity });
    const visitor = visitorOf(shop, body.visitorId);
    await says(visitor, { text: 'Hello' });
    await eventually(async () => expect((await received(visitor))[0]?.contact.name).toBe('Mina'));
  });

  it.each([
    ['nothing', {}, 'INVALID', 'text'],
    ['blanks', { text: ' \n ' }, 'INVALID', 'text'],
    ['a text that is too long', { text: 'x'.repeat(4_001) }, 'INVALID', 'text'],
    ['six files', { fileIds: Array.from({ length: 6 }, () => v7()) }, 'INVALID', 'fileIds'],
    ['a file that is not there', { fileIds: [v7()] }, 'NOT_FOUND', 'fileIds'],
    ['a file that is no id', { fileIds: ['nonsense'] }, 'NOT_FOUND', 'fileIds'],
    ['an empty client id', { text: 'x', clientId: '' }, 'INVALID', 'clientId'],
    ['a client id that is too long', { text: 'x', clientId: 'x'.repeat(101) }, 'INVALID', 'clientId'],
    ['a client id with a colon', { text: 'x', clientId: 'a:b' }, 'INVALID', 'clientId'],
  ])('is told what is wrong with %s', async (_what, input, code, field) => {
    const { data } = await says(visitorOf(shop), input);
    expect(data).toEqual({ sendChatMessage: { clientId: null, userErrors: [{ code, field: ['input', field] }] } });
  });

  it('cannot send a file of another web chat', async () => {
    const id = await upload(other, visitorOf(other));
    const { data } = await says(visitorOf(shop), { fileIds: [id] });
    expect(data).toMatchObject({ sendChatMessage: { clientId: null, userErrors: [{ code: 'NOT_FOUND' }] } });
  });

  it.each([
    [
      'that was removed',
      async () => {
        const site = newSite();
        await harness.seed(site);
        const { id } = site.webChat;
        await harness.channels.database.write(site.company.id, ({ sql }) => {
          return sql`update channels.channels set status = 'REMOVED' where id = ${id}`;
        });
        return visitorOf(site);
      },
    ],
    ['of another company', async () => ({ ...visitorOf(shop), companyId: other.company.id })],
  ])('cannot write to a web chat %s', async (_what, make) => {
    const { data } = await says(await make(), { text: 'Hello' });
    expect(data).toMatchObject({ sendChatMessage: { userErrors: [{ code: 'CHANNEL_REMOVED' }] } });
  });

  it('says what was read in its own thread, and learns and changes nothing of what another got', async () => {
    const visitor = visitorOf(shop);
    const [own, neighbours] = [v7(), v7()];
    const threads = [
      [own, visitor.visitorId],
      [neighbours, v7()],
    ];
    await harness.channels.database.write(shop.company.id, async ({ sql }) => {
      for (const [id, thread] of threads) {
        await sql`insert into channels.delivery_parts
            (company_id, message_id, part, channel_id, thread_external_id, status, external_id, sent_at)
          values (${shop.company.id}, ${id}, 0, ${shop.webChat.id}, ${thread}, 'SENT', ${id}, now())`;
      }
    });
    const marks = async (upToMessageId: string) =>
      (await harness.query(visitor, read, { input: { upToMessageId } })).data;
    for (const id of [neighbours, neighbours.toUpperCase(), v7(), own]) {
      expect(await marks(id)).toEqual({ markChatRead: { userErrors: [] } });
    }
    expect(await marks('nonsense')).toEqual({
      markChatRead: { userErrors: [{ code: 'NOT_FOUND', field: ['input', 'upToMessageId'] }] },
    });
    await eventually(async () => {
      const parts = await harness.channels.database.write(shop.company.id, ({ sql }) => {
        return sql`select external_id as id, status from channels.delivery_parts
          where company_id = ${shop.company.id} and external_id = any(${[own, neighbours]}) order by external_id`;
      });
      expect(parts).toEqual([
        { id: own, status: 'READ' },
        { id: neighbours, status: 'SENT' },
      ]);
    });
  });

  it('is told to send again what could not be kept', async () => {
    const visitor = visitorOf(shop);
    await natsServer.kill9();
    try {
      const failed = await eventually(async () => {
        const { data, errors } = await says(visitor, { clientId: 'again', text: 'Hold on' });
        expect(data ?? null).toBeNull();
        return errors;
      });
      expect(failed).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    } finally {
      await natsServer.restart();
    }
    await eventually(async () => {
      const { data } = await says(visitor, { clientId: 'again', text: 'Hold on' });
      expect(data).toMatchObject({ sendChatMessage: { clientId: 'again' } });
    });
    await eventually(async () => expect(await received(visitor)).toHaveLength(1));
  });

  it.each([
    ['sendChatMessage', send, { clientId: 'c', text: 'x' }],
    ['markChatRead', read, { upToMessageId: v7() }],
  ])('is the only one who may call %s', async (_field, query, input) => {
    const { company } = shop;
    const others: Identity[] = [
      { kind: 'agent', companyId: company.id, agentId: v7(), role: 'ADMIN', scopes: [] },
      { kind: 'partner', companyId: company.id, partner: 'crm', scopes: [] },
    ];
    for (const identity of others) {
      expect((await harness.query(identity, query, { input })).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
  });

  it.each([
    '{ channels { id } }',
    '{ company { name } }',
    '{ _entities(representations: [{ __typename: "Channel", id: "x" }]) { __typename } }',
  ])('gets nothing else here: %s', async (query) => {
    expect((await harness.query(visitorOf(shop), query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
