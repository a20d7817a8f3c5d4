import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { DemoPlatform } from '#infra/embedded/demo/openChannels.ts';
import { eventually } from '#test/stack/eventually.ts';
import { customerOn, picture } from './customerSides.ts';
import { demoCompany, runPlatform, type RunningPlatform } from './runningPlatform.ts';

interface Message {
  readonly id: string;
  readonly externalId: string | null;
  readonly direction: string;
  readonly author: { readonly __typename: string };
  readonly text: string | null;
  readonly status: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly reactions: readonly { readonly emoji: string }[];
  readonly attachments: readonly { readonly url: string | null; readonly kind: string }[];
}

interface Update {
  readonly inboxUpdates: {
    readonly kind: string;
    readonly conversation: { readonly id: string; readonly channel: { readonly platform: string } };
    readonly message: Message | null;
  };
}

const fields = `id externalId direction author { __typename } text status editedAt deletedAt reactions { emoji }
  attachments { url kind }`;
const updates = `subscription { inboxUpdates { kind conversation { id channel { platform } } message { ${fields} } } }`;

/** The last that the platform tells of a message that arrived. */
const platforms = [
  { name: 'MESSENGER', last: 'READ' },
  { name: 'INSTAGRAM', last: 'READ' },
  { name: 'TELEGRAM', last: 'SENT' },
  { name: 'WHATSAPP', last: 'READ' },
] as const;
/** Those that tell what is written past the inbox, and that limit how long after a customer wrote one may answer. */
const ofMeta = ['MESSENGER', 'INSTAGRAM', 'WHATSAPP'] as const;

describe('the channels', () => {
  let platform: RunningPlatform;
  let admin: string;
  let seen: readonly Update[];

  beforeAll(async () => {
    // Files are fetched from where the platform is to be reached.
    platform = await runPlatform({ reachable: true });
    admin = await platform.tokenOf('acme');
    const live = platform.subscribe<Update>(admin, updates);
    await live.connected;
    seen = live.received;
  });

  afterAll(() => platform.stop());

  async function seenWith(externalId: string, kind = 'MESSAGE_ADDED') {
    return eventually(() => {
      const found = seen.findLast(({ inboxUpdates: { kind: its, message } }) => {
        return its === kind && message?.externalId === externalId;
      });
      if (!found?.inboxUpdates.message) throw new Error(`nothing was told of ${externalId}`);
      return { ...found.inboxUpdates, message: found.inboxUpdates.message };
    });
  }

  async function messages(conversationId: string) {
    const query = `query ($id: ID!) {
      conversation(id: $id) { contact { name } messages(last: 50) { edges { node { ${fields} } } } }
    }`;
    const { data } = await platform.ask<{
      conversation: { contact: { name: string | null }; messages: { edges: { node: Message }[] } };
    }>(admin, query, { id: conversationId });
    const { contact, messages: page } = data.conversation;
    return { contact, all: page.edges.map(({ node }) => node) };
  }

  async function expectMessage(conversationId: string, id: string, expected: object): Promise<void> {
    await eventually(async () => {
      const { all } = await messages(conversationId);
      expect(all.find((message) => message.id === id || message.externalId === id)).toMatchObject(expected);
    });
  }

  async function answer(conversationId: string, text: string) {
    const query = `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { message { id } userErrors { code } }
    }`;
    const input = { conversationId, text, idempotencyKey: v7() };
    const { data } = await platform.ask<{
      sendMessage: { message: { id: string } | null; userErrors: { code: string }[] };
    }>(admin, query, { input });
    return { id: data.sendMessage.message?.id ?? '', userErrors: data.sendMessage.userErrors };
  }

  /** Somebody who has just written, and the conversation. */
  async function inConversation(name: DemoPlatform) {
    const customer = customerOn(platform, name);
    const first = await customer.write('Hello?');
    const { conversation } = await seenWith(first);
    return { customer, first, id: conversation.id };
  }

  async function channelStatus(channelId: string): Promise<string> {
    const query = 'query ($id: ID!) { channel(id: $id) { status } }';
    const { data } = await platform.ask<{ channel: { status: string } }>(admin, query, { id: channelId });
    return data.channel.status;
  }

  describe.each(platforms)('on $name', ({ name, last }) => {
    it('show an agent what a customer writes, who it is, and the picture, which is kept', async () => {
      const customer = customerOn(platform, name);
      const id = await customer.write('It came like this', { picture: picture });
      const { conversation, message } = await seenWith(id);
      expect(conversation.channel.platform).toBe(name);
      expect(message).toMatchObject({ direction: 'INBOUND', text: 'It came like this', status: 'RECEIVED' });
      const kept = await eventually(async () => {
        const told = await seenWith(id, 'MESSAGE_UPDATED');
        const [attachment] = told.message.attachments;
        expect(attachment?.url).toContain(`${platform.publicUrl}/files/`);
        return attachment;
      });
      expect(kept?.kind).toBe('IMAGE');
      const file = await fetch(kept?.url ?? '');
      expect(file.headers.get('content-type')).toBe('image/png');
      expect(Buffer.from(await file.arrayBuffer())).toEqual(picture);
      await eventually(async () => expect((await messages(conversation.id)).contact.name).toBe(customer.name));
    });

    it('bring an agent’s answer to the customer, once, and tell what became of it', async () => {
      const { customer, id } = await inConversation(name);
      const sent = await answer(id, 'We send another one.');
      expect(sent.userErrors).toEqual([]);
      await expectMessage(id, sent.id, { direction: 'OUTBOUND', status: last });
      expect(customer.got()).toEqual(['We send another one.']);
    });

    it('show what the customer does with messages', async () => {
      const { customer, first, id } = await inConversation(name);
      await customer.edit(first, 'Hello!');
      await expectMessage(id, first, { text: 'Hello!', editedAt: expect.any(String) });
      const { id: answerId } = await answer(id, 'Good morning');
      await expectMessage(id, answerId, { status: last });
      const sent = (await messages(id)).all.find((message) => message.id === answerId);
      await customer.react(sent?.externalId ?? '', '❤️');
      await expectMessage(id, answerId, { reactions: [{ emoji: '❤️' }] });
      if (!customer.takeBack) return;
      await customer.takeBack(first);
      await expectMessage(id, first, { deletedAt: expect.any(String), text: null });
    });
  });

  it.each(ofMeta)(
    'show what somebody of the company writes past the inbox on %s, as the channel’s own',
    async (name) => {
      const { customer, id } = await inConversation(name);
      const written = await customer.answerPastUs?.('I call you');
      const expected = { direction: 'OUTBOUND', text: 'I call you', author: { __typename: 'Channel' }, status: 'READ' };
      await expectMessage(id, written ?? '', expected);
      expect(customer.got()).toEqual([]);
    },
  );

  it('hold everything when a token is revoked, and send what waited with the new one', async () => {
    const { messenger } = demoCompany('acme');
    const { channelId = '', pageId = '' } = messenger ?? {};
    const { customer, id } = await inConversation('MESSENGER');
    platform.graph.revokeToken(platform.metaToken(channelId));
    for (const text of ['one', 'two']) await answer(id, text);
    await eventually(async () => expect(await channelStatus(channelId)).toBe('NEEDS_REAUTHORIZATION'));
    expect(customer.got()).toEqual([]);

    const token = `a-new-token-${v7()}`;
    platform.graph.addAccount({ kind: 'page', id: pageId, name: 'Acme Outdoor', token }, true);
    const query = `mutation ($input: ReauthorizeChannelInput!) {
      reauthorizeChannel(input: $input) { channel { status } userErrors { code } }
    }`;
    const reauthorize = (given: string) => platform.ask(admin, query, { input: { channelId, token: given } });
    expect(await reauthorize('another-token-altogether')).toMatchObject({
      data: { reauthorizeChannel: { channel: null, userErrors: [{ code: expect.any(String) }] } },
    });
    expect(await reauthorize(token)).toMatchObject({
      data: { reauthorizeChannel: { channel: { status: 'ACTIVE' }, userErrors: [] } },
    });
    await eventually(() => expect(customer.got()).toEqual(['one', 'two']));
  });

  it.each(ofMeta)('tell the agent on %s that it is too late to answer, and try nothing', async (name) => {
    const customer = customerOn(platform, name);
    const id = await customer.write('Is anybody there?', { at: new Date(Date.now() - 8 * 24 * 60 * 60 * 1_000) });
    const { conversation } = await seenWith(id);
    const before = platform.graph.sent().length;
    expect((await answer(conversation.id, 'We are')).userErrors).toMatchObject([{ code: 'WINDOW_CLOSED' }]);
    await customer.write('Hello?');
    await eventually(async () => expect((await answer(conversation.id, 'Now we are')).userErrors).toEqual([]));
    await eventually(() => expect(customer.got()).toEqual(['Now we are']));
    expect(platform.graph.sent()).toHaveLength(before + 1);
  });

  it('send once what Messenger took when the connection broke before its answer', async () => {
    const { customer, id } = await inConversation('MESSENGER');
    platform.graph.fail(1, { kind: 'drop' });
    const sent = await answer(id, 'Only once');
    await answer(id, 'And this behind it');
    await expectMessage(id, sent.id, { status: 'READ' });
    await eventually(() => expect(customer.got()).toEqual(['Only once', 'And this behind it']));
  });
});
