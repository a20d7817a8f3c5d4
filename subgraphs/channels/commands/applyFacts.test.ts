import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import type { InboundFact } from '../platforms/inbound.ts';
import { newTenant, openHarness, type Harness, type Tenant } from '../testing/harness.ts';
import { applyFacts } from './applyFacts.ts';

const at = (second: number) => new Date(1_760_000_000_000 + second * 1_000).toISOString();
const contact = { externalId: '77', name: 'Ada', username: null, languageCode: null, phone: null };
const nothing = {
  platformFileId: 'F',
  name: null,
  mimeType: null,
  size: null,
  url: null,
  latitude: null,
  longitude: null,
};

describe('facts', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  let tenant: Tenant;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    tenant = newTenant();
    await harness.seed(tenant);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  /** Facts about one thread of its own. */
  function thread() {
    const place = { channelId: tenant.channel.id, threadExternalId: v7() };
    const message = (id: string, second: number, more: object = {}): InboundFact => ({
      kind: 'message',
      data: {
        ...place,
        platform: 'TELEGRAM',
        externalMessageId: `${place.threadExternalId}:${id}`,
        contact,
        senderName: null,
        sentAt: at(second),
        text: `message ${id}`,
        attachments: [],
        replyToExternalId: null,
        payload: null,
        story: null,
        referral: null,
        standby: false,
        ...more,
      },
    });
    const about = (id: string) => ({ ...place, externalMessageId: `${place.threadExternalId}:${id}` });
    return {
      place,
      message,
      picture(id: string, position: number, text: string | null = null): InboundFact {
        const attachments = [{ ...nothing, id: v7(), kind: 'IMAGE' as const, fileKey: null, name: id }];
        const fact = message(id, 1, { text, attachments });
        return fact.kind === 'message' ? { ...fact, album: { id: place.threadExternalId, position } } : fact;
      },
      edit: (id: string, revision: number): InboundFact => ({
        kind: 'edit',
        revision,
        data: { ...about(id), text: `edit ${String(revision)}`, attachments: null, editedAt: at(revision) },
      }),
      removal: (id: string): InboundFact => ({ kind: 'removal', data: { ...about(id), removedAt: at(90) } }),
      reaction: (id: string, emoji: string | null, second: number): InboundFact => ({
        kind: 'reaction',
        data: { ...about(id), byExternalId: '77', emoji, reactedAt: at(second) },
      }),
      activity: (second: number): InboundFact => ({
        kind: 'activity',
        data: { ...place, contact, kind: 'BLOCKED', detail: {}, occurredAt: at(second) },
      }),
      echo: (id: string): InboundFact => ({
        kind: 'echo',
        data: {
          ...about(id),
          platform: 'TELEGRAM',
          contact,
          sentAt: at(5),
          text: 'from the page’s inbox',
          attachments: [],
          replyToExternalId: null,
        },
        appId: null,
        reference: null,
      }),
      /** What was told of this thread, in order. */
      told: async () =>
        (await harness.events(tenant.company.id)).filter(
          ({ data }) => 'threadExternalId' in data && data.threadExternalId === place.threadExternalId,
        ),
    };
  }

  type Told = Awaited<ReturnType<Harness['events']>>;
  const editsOf = (events: Told) =>
    events.flatMap(({ type, data }) => (type === 'channel.message.edited' ? [data.text] : []));
  const reactionsOf = (events: Told) =>
    events.flatMap(({ type, data }) => (type === 'channel.message.reacted' ? [data.emoji] : []));

  const apply = (facts: readonly InboundFact[]) => applyFacts(harness.channels.database, tenant.company.id, facts);

  it('are told once each, in their order in time of the edits, whoever hears of them, when and how often', async () => {
    const everything = fc.gen();
    await fc.assert(
      fc.asyncProperty(everything, async (gen) => {
        const { message, edit, reaction, activity, echo, removal, told } = thread();
        const facts = [
          message('1', 1),
          message('2', 2),
          message('3', 3),
          echo('4'),
          edit('1', 1),
          edit('1', 2),
          edit('1', 3),
          removal('2'),
          reaction('3', '👍', 10),
          reaction('3', '❤️', 20),
          activity(30),
        ];
        const often = gen(fc.shuffledSubarray<InboundFact>, [...facts, ...facts, ...facts], {
          minLength: facts.length * 3,
        });
        // As many workers as there are heaps, all at once, each in batches of its own.
        const heaps = Array.from({ length: 4 }, (_, worker) => often.filter((_fact, index) => index % 4 === worker));
        await Promise.all(
          heaps.map(async (heap) => {
            for (let from = 0; from < heap.length; from += 3) await apply(heap.slice(from, from + 3));
          }),
        );
        await apply(facts);
        const events = await eventually(async () => {
          const found = await told();
          const kinds = found.map(({ type }) => type);
          expect(kinds.filter((type) => type === 'channel.message.received')).toHaveLength(3);
          expect(kinds.filter((type) => type === 'channel.message.echoed')).toHaveLength(1);
          expect(kinds.filter((type) => type === 'channel.message.removed')).toHaveLength(1);
          expect(kinds.filter((type) => type === 'channel.thread.activity')).toHaveLength(1);
          expect(editsOf(found).at(-1)).toBe('edit 3');
          expect(reactionsOf(found).at(-1)).toBe('❤️');
          return found;
        });
        const ids = events.map(
          ({ type, data }) => `${type} ${'externalMessageId' in data ? data.externalMessageId : ''}`,
        );
        for (const kind of ['edited', 'removed', 'reacted']) {
          for (const [index, id] of ids.entries()) {
            if (!id.startsWith(`channel.message.${kind}`)) continue;
            expect(ids.slice(0, index)).toContain(id.replace(kind, 'received'));
          }
        }
        const edits = editsOf(events);
        expect(edits).toEqual([...new Set(edits)].toSorted((a, b) => (a ?? '').localeCompare(b ?? '')));
      }),
      { numRuns: 8 },
    );
  });

  it('of pictures that were sent together are one message, in the pictures’ order', async () => {
    const { picture, edit, message, place, told } = thread();
    const [one, two, three] = [picture('1', 1, 'a caption'), picture('2', 2), picture('3', 3)];
    await Promise.all([[two], [three, one], [two, three]].map(apply));
    await apply([one, edit('3', 1), message('4', 9, { replyToExternalId: `${place.threadExternalId}:1` })]);
    const events = await eventually(async () => {
      const found = await told();
      expect(found.filter(({ type }) => type === 'channel.message.edited')).toHaveLength(1);
      return found;
    });
    const received = events.flatMap(({ type, data }) => (type === 'channel.message.received' ? [data] : []));
    expect(received).toHaveLength(2);
    const [album, reply] = received;
    const extended = events.flatMap(({ type, data }) => (type === 'channel.message.extended' ? [data] : []));
    expect(extended).toHaveLength(2);
    expect(new Set(extended.map(({ externalMessageId }) => externalMessageId))).toEqual(
      new Set([album?.externalMessageId]),
    );
    expect(extended.at(-1)).toMatchObject({ text: 'a caption' });
    expect(extended.at(-1)?.attachments.map(({ name }) => name)).toEqual(['1', '2', '3']);
    expect(events.find(({ type }) => type === 'channel.message.edited')?.data).toMatchObject({
      externalMessageId: album?.externalMessageId,
    });
    expect(reply?.replyToExternalId).toBe(album?.externalMessageId);
  });

  it('of files that have to be fetched tell of each, after its message, and of no other file', async () => {
    const { message, echo, place, told } = thread();
    const file = (more: object) => ({ ...nothing, id: v7(), kind: 'IMAGE' as const, fileKey: null, ...more });
    const [byId, byAddress] = [file({}), file({ platformFileId: null, url: 'https://files.example/1' })];
    const kept = file({ fileKey: `${tenant.company.id}/1` });
    const location = file({ kind: 'LOCATION', platformFileId: null });
    await apply([message('1', 1, { attachments: [byId, kept, location, byAddress] }), message('2', 2), echo('3')]);
    const edited = file({});
    const about = { ...place, externalMessageId: `${place.threadExternalId}:2`, editedAt: at(9) };
    await apply([{ kind: 'edit', revision: 1, data: { ...about, text: null, attachments: [edited] } }]);
    const events = await eventually(async () => {
      const found = await told();
      expect(found).toHaveLength(7);
      return found;
    });
    expect(events.map(({ type, data }) => ('attachment' in data ? data.attachment.id : type))).toEqual([
      'channel.message.received',
      byId.id,
      byAddress.id,
      'channel.message.received',
      'channel.message.echoed',
      'channel.message.edited',
      edited.id,
    ]);
  });

  it('of another company’s channel tell that company nothing', async () => {
    const other = newTenant();
    await harness.seed(other);
    const { message } = thread();
    await applyFacts(harness.channels.database, other.company.id, [message('1', 1)]);
    await eventually(async () => expect(await harness.events(other.company.id)).toHaveLength(1));
    expect((await harness.events(other.company.id)).every(({ companyId }) => companyId === other.company.id)).toBe(
      true,
    );
  });
});
