import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

interface Said {
  readonly id: string;
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
  messages(last: 10) { edges { node { id text isPrivate author { __typename ... on Bot { name } }
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
  });
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

  it('shows an agent an answer as it comes: what it is from, its text, and its end', async () => {
    const socket = platform.openSocket(admin);
    await socket.connected;
    const { received, failures } = socket.subscribe<{ readonly answerUpdates: { readonly kind: string } }>(
      `subscription { answerUpdates(question: "How many days do I have to send something back?") {
        kind passages { document { title } } text answer { text reason citations { document { title } } } } }`,
    );
    await eventually(() => expect(received.at(-1)?.answerUpdates.kind).toBe('END'));
    const text = expect.stringContaining('within 30 days') as unknown;
    const document = { title: 'Returns and refunds' };
    expect(received.map(({ answerUpdates }) => answerUpdates)).toEqual([
      {
        kind: 'PASSAGES',
        passages: expect.arrayContaining([{ document }]),
        text: null,
        answer: null,
      },
      { kind: 'TEXT', passages: null, text, answer: null },
      { kind: 'END', passages: null, text: null, answer: { text, reason: null, citations: [{ document }] } },
    ]);
    expect(failures).toEqual([]);
  });

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

  it('shows admins how it came to an answer, and nobody else', async () => {
    const kim = somebody();
    await kim.write('How long is the warranty?');
    await kim.said(1);
    const messageId = (await kim.said(1))[0]?.id ?? '';
    const query = `{ answerTrace(messageId: "${messageId}") { question outcome reason confidence steps { step ms detail } } }`;
    const { data } = await platform.ask<{ answerTrace: object }>(admin, query);
    expect(data.answerTrace).toMatchObject({
      question: 'How long is the warranty?',
      outcome: 'ANSWERED',
      reason: null,
      steps: [{ step: 'RULES' }, { step: 'RETRIEVE' }, { step: 'ANSWER', detail: { model: 'extractive' } }],
    });
    expect((await platform.ask(await platform.tokenOf('globex'), query)).data).toEqual({ answerTrace: null });
    for (const role of ['AGENT', 'SUPERVISOR'] as const) {
      const refused = await platform.ask(await platform.tokenOf('acme', role), query);
      expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });

  it('answers agents too, with citations, and suggests what they could reply', async () => {
    const agent = await platform.tokenOf('acme', 'AGENT');
    const answer = (question: string) =>
      platform.ask(
        agent,
        `{ answer(question: "${question}") { text confident language citations { quote document { title } } } }`,
      );
    expect((await answer('How long is the warranty?')).data).toMatchObject({
      answer: { confident: true, language: 'english', citations: [{ document: { title: 'Warranty and repairs' } }] },
    });
    expect((await answer('Do you sell kayaks?')).data).toEqual({
      answer: { text: null, confident: false, language: 'english', citations: [] },
    });
    for (const bad of ['', ' ', '🙂', 'x'.repeat(1_001)]) {
      expect((await answer(bad)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
    const kim = somebody();
    await kim.write('I want to speak to a human');
    await kim.said(2);
    const suggested = async () => {
      const id = (await kim.conversation())?.id ?? '';
      const query = `{ conversation(id: "${id}") { suggestedReply { text citations { document { title } } } } }`;
      const { data } = await platform.ask<{ conversation: { suggestedReply: object | null } }>(agent, query);
      return data.conversation.suggestedReply;
    };
    expect(await suggested()).toBeNull();
    await kim.write('Until when can I send something back?');
    await eventually(async () =>
      expect(await suggested()).toMatchObject({ citations: [{ document: { title: 'Returns and refunds' } }] }),
    );
  });

  it('collects what the documents do not say, until an admin answers it', async () => {
    const kim = somebody();
    await kim.write('Can I bring my dog?');
    await kim.said(2);
    const list = '{ unansweredQuestions { edges { node { id question count examples } } } }';
    type Listed = { unansweredQuestions: { edges: { node: { id: string; question: string } }[] } };
    const { data } = await platform.ask<Listed>(admin, list);
    const found = data.unansweredQuestions.edges
      .map(({ node }) => node)
      .find(({ question }) => question === 'Can I bring my dog?');
    expect(found).toMatchObject({ count: 1, examples: ['Can I bring my dog?'] });
    const refused = await platform.ask(await platform.tokenOf('acme', 'SUPERVISOR'), list);
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const input = `{ questionId: "${found?.id ?? ''}", text: "Dogs are welcome in the shop, on a leash." }`;
    await platform.ask(admin, `mutation { answerQuestion(input: ${input}) { document { id } userErrors { code } } }`);
    await eventually(async () => {
      const { data: asked } = await platform.ask(admin, '{ answer(question: "Can I bring my dog?") { text } }');
      expect(JSON.stringify(asked)).toContain('Dogs are welcome');
    });
    expect(JSON.stringify((await platform.ask<Listed>(admin, list)).data)).not.toContain('dog');
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
