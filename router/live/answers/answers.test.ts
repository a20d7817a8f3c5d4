import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import { answerSubject, type AnswerSignal } from '#schema/events/signals.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect, type Collected } from '../../testing/collect.ts';
import { openStream } from '../../testing/eventStream.ts';
import { agent, company, startWorld, tokenFor, visitor, type World } from '../../testing/world.ts';

const subscription = `subscription A($question: String!) { answerUpdates(question: $question) {
  kind text
  passages { heading text score document { id title } }
  answer { text confident language reason citations { quote document { title } } }
} }`;
const question = 'How long may I wait?';

const [returns, shipping] = [v7(), v7()];
const passageOf = (id: string) => ({ heading: 'Days', text: `text of ${id}`, score: 0.5 });
const shown = (id: string) => ({ ...passageOf(id), document: { id, title: `title of ${id}` } });
const passages = [returns, shipping].map((id) => ({ ...passageOf(id), document: { id } }));
const good = {
  text: 'You may wait for 30 days.',
  confident: true,
  language: 'english',
  reason: null,
  citations: [{ quote: '30 days', document: { id: returns } }],
};
const none = { text: null, confident: false, language: 'english', reason: 'MODEL_FAILED', citations: [] };

/** An answer as its subscriber gets it. */
const end = { ...good, citations: [{ quote: '30 days', document: { title: `title of ${returns}` } }] };
const ofPassages = { kind: 'PASSAGES', text: null, passages: [returns, shipping].map(shown), answer: null };
const ofText = (text: string) => ({ kind: 'TEXT', text, passages: null, answer: null });
const ofEnd = (answer: object) => ({ kind: 'END', text: null, passages: null, answer });

let world: World;
const open: Collected[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const live of open.splice(0)) live.stop();
  await world.subscribed('answer', 0);
});

const tell = (told: AnswerSignal, companyId = company) =>
  world.nats.connection.publish(answerSubject(companyId), JSON.stringify(told));

async function ask(identity: ClientIdentity = agent()): Promise<Collected> {
  const live = collect(world.client(await tokenFor(identity)), subscription, { question });
  open.push(live);
  return live;
}

const told = (live: Collected) => live.updates.map((update) => update as unknown);
const completed = (live: Collected) =>
  eventually(() => expect([live.completed, live.error]).toEqual([true, undefined]));
/** For as long as the other side waits. */
const gone = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('an answer as it comes', () => {
  it('has its passages first, then its text as far as that is, and its end with citations', async () => {
    world.behaviour.answer = async ({ question: asked, answerId }) => {
      expect(asked).toBe(question);
      const place = { kind: 'TEXT', answerId } as const;
      // Of another answer, and of another company under the same id.
      tell({ ...place, answerId: v7(), text: 'Not yours.' });
      tell({ ...place, text: 'Nor this.' }, v7());
      const found = [returns, shipping].map((documentId) => ({ ...passageOf(documentId), documentId }));
      tell({ kind: 'PASSAGES', answerId, passages: found });
      await live.count(1);
      for (const [i, text] of ['You may', 'You may wait for 30'].entries()) {
        tell({ ...place, text });
        await live.count(2 + i);
      }
      return { passages, answer: good };
    };
    const live = await ask();
    await completed(live);
    expect(told(live)).toEqual([
      ofPassages,
      ofText('You may'),
      ofText('You may wait for 30'),
      ofText('You may wait for 30 days.'),
      ofEnd(end),
    ]);
    await world.subscribed('answer', 0);
  });

  it('is heard by who asked and by nobody else: neither a colleague who asks the same, nor another company', async () => {
    const asked: { readonly answerId: string; readonly end: () => void }[] = [];
    world.behaviour.answer = async ({ answerId }) => {
      const { promise, resolve: end } = Promise.withResolvers<void>();
      asked.push({ answerId, end });
      await promise;
      return { passages: [], answer: none };
    };
    const elsewhere = v7();
    const lives: Collected[] = [];
    for (const identity of [agent(), agent(), agent({ companyId: elsewhere })]) {
      lives.push(await ask(identity));
      await eventually(() => expect(asked).toHaveLength(lives.length));
    }
    const ids = asked.map(({ answerId }) => answerId);
    expect(new Set(ids).size).toBe(3);
    // What is said first would be heard first.
    for (const companyId of [company, elsewhere]) {
      for (const answerId of ids) tell({ kind: 'TEXT', answerId, text: `${answerId} in ${companyId}` }, companyId);
    }
    for (const [i, live] of lives.entries()) {
      await live.count(1);
      expect(told(live)).toEqual([ofText(`${ids[i]} in ${i === 2 ? elsewhere : company}`)]);
    }
    for (const { end: finish } of asked) finish();
    for (const [i, live] of lives.entries()) {
      await completed(live);
      const others = ids.filter((_id, at) => at !== i);
      for (const other of others) expect(JSON.stringify(told(live))).not.toContain(other);
    }
  });

  it('is all there when nothing was heard of it meanwhile', async () => {
    world.behaviour.answer = async () => ({ passages, answer: good });
    const live = await ask();
    await completed(live);
    expect(told(live)).toEqual([ofPassages, ofText('You may wait for 30 days.'), ofEnd(end)]);
  });

  it('ends with the reason where there is none, whatever was shown before', async () => {
    world.behaviour.answer = async ({ answerId }) => {
      tell({ kind: 'TEXT', answerId, text: 'You may' });
      await live.count(1);
      return { passages: [], answer: none };
    };
    const live = await ask();
    await completed(live);
    expect(told(live).slice(-2)).toEqual([{ ...ofPassages, passages: [] }, ofEnd(none)]);
  });

  it('comes as server-sent events too', async () => {
    world.behaviour.answer = async () => ({ passages, answer: good });
    const stream = await openStream(
      `${world.router.url()}/graphql`,
      { query: subscription, variables: { question } },
      { authorization: `Bearer ${await tokenFor()}` },
    );
    expect(await stream.over()).toBe('ended');
    expect(stream.answers.map(({ data }) => data?.['answerUpdates'])).toEqual([
      ofPassages,
      ofText('You may wait for 30 days.'),
      ofEnd(end),
    ]);
    expect(stream.events.at(-1)?.event).toBe('complete');
  });

  /** Begins an answer that lasts until it is given up. @returns whether it was */
  function lastingAnswer(): () => boolean {
    let isGivenUp = false;
    world.behaviour.answer = async ({ answerId }, signal) => {
      tell({ kind: 'PASSAGES', answerId, passages: [] });
      await gone(signal);
      isGivenUp = true;
      return { passages, answer: good };
    };
    return () => isGivenUp;
  }

  it('is given up for a client that leaves the subscription', async () => {
    const isGivenUp = lastingAnswer();
    const live = await ask();
    await live.count(1);
    expect(isGivenUp()).toBe(false);
    live.stop();
    await eventually(() => expect(isGivenUp()).toBe(true));
    expect(told(live)).toHaveLength(1);
  });

  it('is given up for a stream that is closed', async () => {
    const isGivenUp = lastingAnswer();
    const stream = await openStream(
      `${world.router.url()}/graphql`,
      { query: subscription, variables: { question } },
      { authorization: `Bearer ${await tokenFor()}` },
    );
    await stream.count(1);
    stream.leave();
    await eventually(() => expect(isGivenUp()).toBe(true));
  });

  it('leaves the subgraph to others, however many have left it', async () => {
    lastingAnswer();
    for (let time = 0; time < 8; time++) {
      const live = await ask();
      await live.count(1);
      live.stop();
    }
    world.behaviour.answer = async () => ({ passages, answer: good });
    const live = await ask();
    await completed(live);
    expect(told(live)).toHaveLength(3);
  });

  it('fails as a query would, without the place of a field that nobody sees', async () => {
    world.behaviour.answer = async () => {
      throw new GraphQLError('Ask in words', { extensions: { code: 'BAD_USER_INPUT', field: 'question', inside: 1 } });
    };
    const live = await ask();
    expect((await live.failed()).extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'question' });
    expect(JSON.stringify(live.error)).not.toContain('answerInPieces');
  });

  it('says that it is away when its subgraph is, or makes no sense', async () => {
    world.behaviour.answer = async () => ({ passages: [{ ...passages[0], document: null }], answer: good });
    expect((await (await ask()).failed()).code).toBe('INTERNAL_SERVER_ERROR');
    // Whom the router knows already.
    const ada = agent();
    world.behaviour.answer = async () => ({ passages, answer: good });
    await completed(await ask(ada));
    await world.inbox.stop();
    try {
      expect((await (await ask(ada)).failed()).code).toBe('SUBGRAPH_UNAVAILABLE');
    } finally {
      await world.inbox.start();
    }
  });

  it('is for agents, and for partners who may read documents', async () => {
    world.behaviour.answer = async () => ({ passages, answer: good });
    const partner = { kind: 'partner', companyId: company, partner: 'crm', scopes: [] } as const;
    expect((await (await ask(partner)).failed()).code).toBe('FORBIDDEN');
    const reader = await ask({ ...partner, scopes: ['knowledge:read', 'read'] });
    await completed(reader);
    expect(told(reader)).toHaveLength(3);
    const { origin, ...identity } = visitor();
    const asVisitor = collect(world.client(await tokenFor({ ...identity, origin }), { origin }), subscription, {
      question,
    });
    expect((await asVisitor.failed()).code).toBe('FORBIDDEN');
  });
});
