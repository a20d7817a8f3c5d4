import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

interface Said {
  readonly text: string;
  readonly isPrivate: boolean;
  readonly author: { readonly __typename: string; readonly name?: string };
  readonly citations: readonly { readonly quote: string; readonly document: { readonly title: string } | null }[];
}
interface Shown {
  readonly id: string;
  readonly status: string;
  readonly waitingSince: string | null;
  readonly contact: { readonly name: string };
  readonly messages: { readonly edges: readonly { readonly node: Said }[] };
  readonly activities: { readonly edges: readonly { readonly node: object }[] };
}

const CONVERSATIONS = `{ conversations(first: 10) { edges { node { id status waitingSince contact { name }
  messages(last: 10) { edges { node { text isPrivate author { __typename ... on Bot { name } }
    citations { quote document { title } } } } }
  activities(last: 10) { edges { node { __typename ... on HandOverActivity { reason actor { __typename } } } } } } } } }`;

describe('the bot, from a contact’s message to its answer', () => {
  let platform: RunningPlatform;
  let admin: string;
  let chats = 0;

  beforeAll(async () => {
    platform = await runPlatform();
    admin = await platform.tokenOf('acme');
    const settings = 'updateBotSettings(input: { enabled: true, name: "Robin" }) { userErrors { code } }';
    await platform.ask(admin, `mutation { ${settings} }`);
    await eventually(async () => {
      const { data } = await platform.ask<{ documents: { edges: { node: { status: string } }[] } }>(
        admin,
        '{ documents { edges { node { status } } } }',
      );
      const { edges } = data.documents;
      if (edges.length === 0 || edges.some(({ node }) => node.status !== 'INDEXED')) throw new Error('not indexed yet');
    });
  }, 120_000);
  afterAll(() => platform.stop());

  /** Somebody new, who writes to the company. */
  function somebody(slug = 'acme') {
    const chat = ++chats;
    const name = `Contact ${String(chat)}`;
    let written = 0;
    return {
      write: (text: string) => platform.postUpdate(slug, telegramMessage(chat, ++written, text, name)),
      async conversation(token = admin): Promise<Shown | undefined> {
        const { data } = await platform.ask<{ conversations: { edges: { node: Shown }[] } }>(token, CONVERSATIONS);
        return data.conversations.edges.map(({ node }) => node).find(({ contact }) => contact.name === name);
      },
      /** What was said by others, once there are so many messages. */
      async said(count: number): Promise<Said[]> {
        return eventually(async () => {
          const messages = (await this.conversation())?.messages.edges.map(({ node }) => node) ?? [];
          const said = messages.filter(({ author }) => author.__typename !== 'Contact');
          if (said.length >= count) return said;
          throw new Error(`only ${String(said.length)} of ${String(count)} messages are there`);
        });
      },
    };
  }

  it('answers from the company’s documents, names them, and leaves the conversation pending', async () => {
    const kim = somebody();
    await kim.write('Hi! How many days do I have to send something back?');
    const [answer] = await kim.said(1);
    expect(answer).toMatchObject({ isPrivate: false, author: { __typename: 'Bot', name: 'Robin' } });
    expect(answer?.text).toContain('within 30 days');
    expect(answer?.citations).toMatchObject([{ document: { title: 'Returns and refunds' } }]);
    expect(answer?.text).toContain(answer?.citations[0]?.quote);
    expect(await kim.conversation()).toMatchObject({ status: 'PENDING', waitingSince: null });
  });

  it.each([
    ['ASKED_FOR_PERSON', 'Can I speak to a real person please?', 'A colleague takes over'],
    ['NOT_IN_KNOWLEDGE', 'Do you rent out kayaks for birthday parties?', 'I do not know'],
    ['ANGER', 'This is ridiculous, you are useless!', 'I am sorry'],
  ])('hands over by an action of its own, for the reason %s', async (reason, text, said) => {
    const kim = somebody();
    await kim.write(text);
    const [note, told] = await kim.said(2);
    expect(note).toMatchObject({ isPrivate: true, author: { __typename: 'Bot' } });
    expect(note?.text).toContain(text);
    expect(told).toMatchObject({ isPrivate: false, citations: [] });
    expect(told?.text).toContain(said);
    const conversation = await kim.conversation();
    expect(conversation).toMatchObject({ status: 'OPEN', waitingSince: expect.any(String) });
    expect(conversation?.activities.edges).toContainEqual({
      node: { __typename: 'HandOverActivity', reason, actor: { __typename: 'Bot' } },
    });
  });

  it('understands what a question goes on with, and does not say the same again', async () => {
    const kim = somebody();
    await kim.write('How much does shipping cost?');
    expect((await kim.said(1))[0]?.text).toContain('4.90');
    await kim.write('How much does the shipping cost?');
    const [, note] = await kim.said(3);
    expect(note?.text).toContain('asked the same again');
  });

  it('sends what it says to the contact, and keeps its notes from them', async () => {
    const { webChat } = demoCompany('acme');
    const visitor = await platform.visitorToken({
      companyId: demoCompany('acme').id,
      channelId: webChat?.channelId ?? '',
      visitorId: '01890a5d-ac96-774b-bcce-b302099a8057',
    });
    const live = platform.subscribe(visitor, 'subscription { chatUpdates { message { text author { kind name } } } }');
    await live.connected;
    const say = (clientId: number, text: string) =>
      platform.ask(
        visitor,
        `mutation { sendChatMessage(input: { clientId: "${String(clientId)}", text: "${text}" }) { clientId } }`,
      );
    const heard = (text: string) => eventually(() => expect(JSON.stringify(live.received)).toContain(text));
    await say(1, 'How long is the warranty?');
    await heard('two years');
    expect(JSON.stringify(live.received)).toContain('"kind":"BOT","name":"Robin"');
    await say(2, 'Let me talk to a human');
    await heard('A colleague takes over');
    expect(JSON.stringify(live.received)).not.toContain('The bot handed over');
    live.end();
  });
});
