import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mimeTypeOf } from '#channels/attachments/fileType.ts';
import type { InboundFact } from '#channels/platforms/inbound.ts';
import { instagramToFacts } from '#channels/platforms/instagram/toFacts.ts';
import { messengerToFacts } from '#channels/platforms/messenger/toFacts.ts';
import { splitWebhook } from '#channels/platforms/meta/splitWebhook.ts';
import { telegramToFacts } from '#channels/platforms/telegram/toFacts.ts';
import { whatsappToFacts } from '#channels/platforms/whatsapp/toFacts.ts';
import { claimedDigest, isSignedBy } from '#channels/webhooks/metaSignature.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { ToldAccount } from '#test/standins/graph/accounts.ts';
import { createAnswers, type Answer } from './answers.ts';
import type { Customers } from './cast.ts';
import { createMetaCustomers } from './metaCustomers.ts';
import { demoPerson, demoPersonId, type DemoPerson } from './people.ts';
import { replies } from './phrases.ts';
import { demoPictures } from './pictures.ts';
import { createTelegramCustomers } from './telegramCustomers.ts';
import { metaTarget, sendTraffic, telegramTarget, type TrafficOptions } from './traffic.ts';

const channel = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '4242' };
const picture = { id: '77', url: 'http://127.0.0.1:1/cdn/files/77/tent.png', mimeType: 'image/png', sha256: '00' };
const accounts = [
  { kind: 'page', id: '4242' },
  { kind: 'instagram', id: '4242' },
  { kind: 'whatsapp', id: '4242', displayPhoneNumber: '+1 555-0100', businessAccountId: '5' },
] as const satisfies readonly ToldAccount[];
const adapters = { MESSENGER: messengerToFacts, INSTAGRAM: instagramToFacts, WHATSAPP: whatsappToFacts };

/** What the channels make of a body of Meta's. */
function metaFacts(body: string): InboundFact[] {
  return splitWebhook(JSON.parse(body)).flatMap((split) => {
    if (split.platform === null) throw new Error(split.reason);
    expect(split.accountId).toBe(channel.externalId);
    return adapters[split.platform](channel, split.event);
  });
}

type Random = () => number;

/** Who writes on a platform, and what the channels make of it. */
const sides: [string, (random: Random) => Customers, (body: string) => readonly InboundFact[]][] = [
  [
    'bot',
    (random) => createTelegramCustomers({ pictures: ['file_1'], random }),
    (body) => telegramToFacts(channel, JSON.parse(body)),
  ],
  ...accounts.map((account): (typeof sides)[number] => [
    account.kind,
    (random) => createMetaCustomers({ account, pictures: [picture], random }),
    metaFacts,
  ]),
];

describe('the demo’s customers', () => {
  it.each(sides)('write to a %s what a channel understands, each message once', (_kind, customersOf, toFacts) => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (numbers) => {
        const customers = customersOf(() => Number(numbers.next().value));
        const updates = Array.from({ length: 50 }, () => customers.next());
        expect(new Set(updates.map(({ externalId }) => externalId)).size).toBe(updates.length);
        for (const { externalId, body, afterwards = [] } of updates) {
          expect(toFacts(body)).toMatchObject([{ kind: 'message', data: { externalMessageId: externalId } }]);
          for (const later of afterwards) expect(toFacts(later)).not.toMatchObject([{ kind: 'message' }]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each(accounts)('do on a $kind whatever people do there', (account) => {
    const customers = createMetaCustomers({ account, pictures: [picture] });
    const facts = Array.from({ length: 3_000 }, () => customers.next()).flatMap(({ body, afterwards = [] }) =>
      [body, ...afterwards].flatMap(metaFacts),
    );
    const kinds = new Set(facts.map(({ kind }) => kind));
    const takenBack = account.kind === 'page' ? [] : ['removal'];
    expect([...kinds].toSorted()).toEqual(['echo', 'edit', 'message', 'reaction', 'receipt', ...takenBack].toSorted());
    const messages = facts.flatMap((fact) => (fact.kind === 'message' ? [fact.data] : []));
    expect(messages.some(({ attachments }) => attachments.length > 0)).toBe(true);
    expect(messages.some(({ payload }) => payload !== null)).toBe(true);
    expect(messages.some(({ replyToExternalId }) => replyToExternalId !== null)).toBe(true);
    expect(messages.some(({ story }) => story !== null)).toBe(account.kind === 'instagram');
  });

  it('send no pictures where no stand-in has any', () => {
    const customers = [
      createTelegramCustomers({ pictures: [] }),
      ...accounts.map((account) => createMetaCustomers({ account, pictures: [] })),
    ];
    const bodies = customers.flatMap((people) => Array.from({ length: 200 }, () => people.next().body));
    expect(bodies.filter((body) => /"(photo|image|attachments)"/.test(body))).toEqual([]);
  });

  it('are known by their id, and nobody else is', () => {
    expect(demoPerson(demoPersonId(5))).toEqual(demoPerson('9990000000005'));
    expect(demoPerson('9990000000005')?.name).toMatch(/^\S+ \S+$/);
    for (const id of ['', '5', '491701234567', '9991', '99900000000055', 'US.9990000000005']) {
      expect(demoPerson(id)).toBeUndefined();
    }
  });

  it('photograph what a file store takes for a picture', async () => {
    for (const { name, bytes, mimeType } of demoPictures()) {
      expect(await mimeTypeOf(bytes, { name: null, mimeType: null })).toBe(mimeType);
      expect(name).toMatch(/\.png$/);
    }
  });
});

describe('the demo’s answers', () => {
  const ada = demoPersonId(1);
  const always = { waitMs: [0, 0], random: () => 0.5 } as const;

  it('come from customers of the demo, in their language', async () => {
    const answers = createAnswers(always);
    const heard: unknown[] = [];
    const act = async (person: DemoPerson, answer: Answer) => void heard.push({ id: person.id, answer });
    answers.hear('491701234567', act);
    answers.hear(ada, act);
    const text: unknown = expect.any(String);
    await eventually(() => expect(heard).toEqual([{ id: ada, answer: { kind: 'text', text } }]));
    expect(replies[demoPerson(ada)?.language ?? '']).toContain((heard[0] as { answer: { text: string } }).answer.text);
    await answers.stop();
  });

  it('are one at a time for each customer, whatever becomes of it', async () => {
    const answers = createAnswers(always);
    let acted = 0;
    const fail = async (): Promise<void> => {
      acted += 1;
      throw new Error('the platform is away');
    };
    for (let message = 0; message < 5; message++) answers.hear(ada, fail);
    await eventually(() => expect(acted).toBe(1));
    await eventually(() => {
      answers.hear(ada, fail);
      expect(acted).toBe(2);
    });
    await answers.stop();
  });

  it('do not come of all messages, nor after the end', async () => {
    let acted = 0;
    const act = async () => void acted++;
    const silent = createAnswers({ ...always, random: () => 0.9 });
    silent.hear(ada, act);
    await silent.stop();
    const stopped = createAnswers({ ...always, waitMs: [60_000, 60_000] });
    stopped.hear(ada, act);
    await stopped.stop();
    expect(acted).toBe(0);
  });
});

describe('the demo’s traffic', () => {
  let server: Server;
  let arrived: { secret: string | string[] | undefined; updateId: number; text: string }[];
  let statuses: number[];

  beforeEach(async () => {
    arrived = [];
    statuses = [];
    server = createServer((request, response) => {
      void json(request).then((body) => {
        const { update_id: updateId, text = '' } = body as { update_id: number; text?: string };
        arrived.push({ secret: request.headers['x-telegram-bot-api-secret-token'], updateId, text });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function send(overrides: Partial<TrafficOptions> = {}, afterwards: readonly string[] = []) {
    const { port } = server.address() as AddressInfo;
    const target = telegramTarget(`http://127.0.0.1:${port}/`, 'marked');
    let updates = 0;
    return sendTraffic({
      rate: 100,
      durationMs: 300,
      repeated: 0,
      signal: new AbortController().signal,
      next() {
        updates += 1;
        const update = { externalId: String(updates), body: JSON.stringify({ update_id: updates }), afterwards };
        return { target, update };
      },
      onProgress: () => undefined,
      ...overrides,
    });
  }

  it('sends what the rate and the time ask for, with the secret', async () => {
    const result = await send();
    expect(result).toMatchObject({ sent: 30, acknowledged: 30, others: 0, neverAcknowledgedIds: [] });
    expect(result.acknowledgedIds).toHaveLength(30);
    expect(arrived).toHaveLength(30);
    expect(new Set(arrived.map(({ secret }) => secret))).toEqual(new Set(['marked']));
  });

  it('sends the same update again until it is answered 200', async () => {
    statuses = [503, 503, 500];
    const result = await send();
    expect(result).toMatchObject({ acknowledged: 30, others: 3, neverAcknowledgedIds: [] });
    expect(arrived).toHaveLength(33);
    expect(new Set(arrived.map(({ updateId }) => updateId)).size).toBe(30);
  });

  it('counts a message that is repeated once', async () => {
    const result = await send({ repeated: 1 });
    expect(arrived).toHaveLength(60);
    expect(result).toMatchObject({ sent: 30, acknowledged: 30 });
  });

  it('says what was never answered 200', async () => {
    statuses = Array.from({ length: 1_000 }, () => 503);
    const result = await send({ durationMs: 50, patienceMs: 100 });
    expect(result.acknowledged).toBe(0);
    expect(result.neverAcknowledgedIds).toHaveLength(5);
  });

  it('tells afterwards, in order, what became of a message, and counts it not', async () => {
    statuses = [503];
    const later = ['edited', 'read'].map((text) => JSON.stringify({ text }));
    const result = await send({ durationMs: 10 }, later);
    expect(result).toMatchObject({ sent: 1, acknowledged: 1, others: 1, acknowledgedIds: ['1'] });
    expect(arrived.map(({ text }) => text)).toEqual(['', '', 'edited', 'read']);
  });

  it('signs what goes to Meta’s address', () => {
    const body = '{"object":"page"}';
    const marks = metaTarget('http://127.0.0.1:1/', 'app secret').mark(body);
    const digest = claimedDigest(marks['x-hub-signature-256']) ?? Buffer.alloc(32);
    expect(isSignedBy(['app secret'], Buffer.from(body), digest)).toBe(true);
    expect(isSignedBy(['another'], Buffer.from(body), digest)).toBe(false);
  });

  it('ends early when it is told to', async () => {
    const result = await send({ durationMs: 60_000, signal: AbortSignal.timeout(100) });
    expect(result.sent).toBeLessThan(3_000);
    expect(result.acknowledged).toBe(result.sent);
  });
});
