import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testQdrant, testRedis } from '#test/stack/index.ts';
import { createLocalEmbedder } from './embedding/localEmbedder.ts';
import { collectionName } from './index/collection.ts';
import { docxOf, pdfOf } from './testing/files.ts';
import { agentOf, startKnowledge } from './testing/harness.ts';
import { libraryOf, REMOVE, UPDATE } from './testing/library.ts';

const collection = collectionName(createLocalEmbedder());

describe('documents that change', () => {
  let stores: Awaited<ReturnType<typeof openStores>>;
  let service: Awaited<ReturnType<typeof startKnowledge>>;
  let qdrant: QdrantClient;
  const { add, update, remove, list, search, settled, addAndIndex } = libraryOf(() => service);

  async function openStores() {
    const [postgres, nats, redis, vectors] = await Promise.all([testPostgres(), testNats(), testRedis(), testQdrant()]);
    return { postgres, nats, redis, vectors };
  }

  /** How many passages the index holds of a document, whatever searches show. */
  async function passagesOf(who: Identity, documentId: string): Promise<number> {
    const must = [
      { key: 'company_id', match: { value: who.companyId } },
      { key: 'document_id', match: { value: documentId } },
    ];
    return (await qdrant.count(collection, { filter: { must }, exact: true })).count;
  }

  const texts = async (who: Identity, query: string) => (await search(who, query)).map(({ text }) => text);

  beforeAll(async () => {
    stores = await openStores();
    service = await startKnowledge({
      adminUrl: stores.postgres.adminUrl,
      natsUrl: stores.nats.url,
      redisUrl: stores.redis.url,
      qdrantUrl: stores.vectors.url,
    });
    qdrant = new QdrantClient({ url: stores.vectors.url, checkCompatibility: false });
  });

  afterAll(async () => {
    await service.knowledge.stop();
    await Promise.all(Object.values(stores).map((store) => store.close()));
  });

  it('replaces what a document said without a moment in which nothing is found', async () => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Returns', 'Send it back within thirty days.');
    const seen: (readonly string[])[] = [];
    for (let version = 2; version <= 4; version++) {
      const { document, userErrors } = await update(who, { id, text: `Send it back within ${version * 10} days.` });
      expect(userErrors).toEqual([]);
      expect(document).toMatchObject({ id, title: 'Returns', status: 'QUEUED', version });
      await eventually(async () => {
        seen.push(await texts(who, 'send it back'));
        expect(seen.at(-1)).toEqual([`Send it back within ${version * 10} days.`]);
      });
    }
    expect(seen.every((found) => found.length === 1)).toBe(true);
    await eventually(async () => expect(await passagesOf(who, id)).toBe(1));
    expect(await settled(who, id)).toMatchObject({ status: 'INDEXED', version: 4, language: 'english' });
  });

  it('goes on finding what a document said when what it says now cannot be indexed', async () => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Hours', 'Open till six.');
    await update(who, { id, text: '<script>nothing</script>', format: 'HTML' });
    expect(await settled(who, id)).toMatchObject({ status: 'FAILED', version: 2, error: expect.any(String) });
    expect(await texts(who, 'open')).toEqual(['Open till six.']);
    await update(who, { id, text: 'Open till seven.', format: 'PLAIN' });
    await eventually(async () => expect(await texts(who, 'open')).toEqual(['Open till seven.']));
  });

  it('counts nothing as a change that changes nothing, and keeps what is left out', async () => {
    const who = agentOf(v7());
    const { document } = await add(who, { title: 'Keys', text: 'In the cellar.', source: 'handbook' });
    const id = document?.id ?? '';
    await settled(who, id);
    expect((await update(who, { id })).document).toMatchObject({ version: 1, status: 'INDEXED' });
    expect((await update(who, { id, text: 'In the cellar.' })).document).toMatchObject({ version: 1 });
    expect((await update(who, { id, title: 'The keys' })).document).toMatchObject({ version: 2, source: 'handbook' });
    expect((await update(who, { id, source: null })).document).toMatchObject({ version: 3, source: null });
    expect(await settled(who, id)).toMatchObject({ status: 'INDEXED', version: 3, title: 'The keys' });
    expect(await texts(who, 'keys')).toEqual(['In the cellar.']);
  });

  it('ends with one version, whichever, when several people change a document at once', async () => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Race', 'Zero.');
    const words = ['One apple.', 'Two apples.', 'Three apples.', 'Four apples.'];
    const outcomes = await Promise.all(words.map((text) => update(who, { id, text })));
    expect(outcomes.map(({ document }) => document?.version ?? 0).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5]);
    const last = words[outcomes.findIndex(({ document }) => document?.version === 5)];
    await eventually(async () => expect(await texts(who, 'apples')).toEqual([last]));
    await eventually(async () => expect(await passagesOf(who, id)).toBe(1));
  });

  it('refuses an edit of a version that is not the newest any more', async () => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Edits', 'First.');
    expect((await update(who, { id, expectedVersion: 1, text: 'Second.' })).userErrors).toEqual([]);
    const late = await update(who, { id, expectedVersion: 1, text: 'Third.' });
    expect(late).toMatchObject({
      document: null,
      userErrors: [{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }],
    });
  });

  it.each([
    ['an empty title', { title: ' ' }, 'title', 'REQUIRED'],
    ['an empty text', { text: '\n' }, 'text', 'REQUIRED'],
    ['an unknown format', { format: 'PDF' }, 'format', 'INVALID'],
    ['a text and an upload', { text: 'a', uploadId: 'b' }, 'uploadId', 'INVALID'],
    ['an upload that is none', { uploadId: 'nonsense' }, 'uploadId', 'NOT_FOUND'],
    ['what another document says', { title: 'Twin', text: 'Twins.' }, 'text', 'DUPLICATE'],
    ['an id that is none', { id: 'nonsense', title: 'x' }, 'id', 'NOT_FOUND'],
    ['a document that is not there', { id: v7(), title: 'x' }, 'id', 'NOT_FOUND'],
  ])('tells the user about %s', async (_what, input, field, code) => {
    const who = agentOf(v7());
    const id = await addAndIndex(who, 'Kept', 'As it is.');
    await add(who, { title: 'Twin', text: 'Twins.' });
    const { document, userErrors } = await update(who, { id, ...input });
    expect(document).toBeNull();
    expect(userErrors).toEqual(expect.arrayContaining([expect.objectContaining({ code, field: ['input', field] })]));
    expect(await settled(who, id)).toMatchObject({ title: 'Kept', version: 1 });
  });

  it('takes a removed document out of searches at once, and out of the index', async () => {
    const who = agentOf(v7());
    const long = Array.from({ length: 200 }, (_, i) => `Umbrella ${i} hangs on hook ${i}.`).join('\n\n');
    const id = await addAndIndex(who, 'Umbrellas', long);
    const kept = await addAndIndex(who, 'Hooks', 'Hooks are made of brass.');
    expect(await passagesOf(who, id)).toBeGreaterThan(1);
    expect((await search(who, 'hook')).length).toBeGreaterThan(1);
    expect(await remove(who, id)).toEqual({ documentId: id, userErrors: [] });
    expect(new Set((await search(who, 'hook')).map(({ document }) => document.id))).toEqual(new Set([kept]));
    await eventually(async () => expect(await passagesOf(who, id)).toBe(0));
    expect(await passagesOf(who, kept)).toBe(1);
    expect(await remove(who, id)).toMatchObject({ documentId: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });

  it('leaves nothing behind of a document that is removed while it is being indexed', async () => {
    const who = agentOf(v7());
    const long = (word: string) => Array.from({ length: 300 }, (_, i) => `The ${word} of shelf ${i}.`).join('\n\n');
    const ids = await Promise.all(
      ['pear', 'plum', 'fig'].map(
        async (word) => (await add(who, { title: word, text: long(word) })).document?.id ?? '',
      ),
    );
    for (const id of ids) await remove(who, id);
    const marker = await addAndIndex(who, 'After them', 'Nothing else.');
    expect((await list(who)).edges.map(({ node }) => node.id)).toEqual([marker]);
    await eventually(async () => expect(await Promise.all(ids.map((id) => passagesOf(who, id)))).toEqual([0, 0, 0]));
  });

  it('lets nobody touch another company’s document', async () => {
    const [owner, stranger] = [agentOf(v7()), agentOf(v7())];
    const id = await addAndIndex(owner, 'Ours', 'Only ours.');
    expect((await update(stranger, { id, text: 'Theirs now.' })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await remove(stranger, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const uploadId = await service.uploadFile(owner, Buffer.from('Ours.'), { name: 'a.txt', mimeType: 'text/plain' });
    expect((await add(stranger, { uploadId })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await texts(owner, 'ours')).toEqual(['Only ours.']);
  });

  it.each<[string, Identity]>([
    ['an agent', agentOf(v7(), 'AGENT')],
    ['a partner', { kind: 'partner', companyId: v7(), partner: 'crm', scopes: ['knowledge:read'] }],
  ])('lets %s neither change nor remove documents', async (_who, who) => {
    for (const [mutation, input] of [
      [UPDATE, { id: v7(), text: 'x' }],
      [REMOVE, { id: v7() }],
    ] as const) {
      const { errors } = await service.ask(who, mutation, { input });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
  });

  describe('from files', () => {
    const upload = (who: Identity, name: string, bytes: Uint8Array, mimeType = 'application/octet-stream') =>
      service.uploadFile(who, bytes, { name, mimeType });

    it.each([
      ['Markdown', 'guide.md', () => Buffer.from('# Gifts\n\nWe wrap gifts in *paper*.'), 'Gifts'],
      ['HTML', 'guide.html', () => Buffer.from('<h1>Gifts</h1><p>We wrap gifts in <b>paper</b>.</p>'), 'Gifts'],
      ['plain text', 'guide.txt', () => Buffer.from('We wrap gifts in paper.'), ''],
      ['CSV', 'guide.csv', () => Buffer.from('question,answer\nGifts?,We wrap gifts in paper.\n'), 'Gifts?'],
      ['PDF', 'guide.pdf', () => pdfOf('We wrap gifts in paper.'), ''],
      [
        'DOCX',
        'guide.docx',
        () =>
          docxOf([
            ['Heading1', 'Gifts'],
            ['', 'We wrap gifts in paper.'],
          ]),
        'Gifts',
      ],
    ])('reads %s', async (_kind, name, bytes, heading) => {
      const who = agentOf(v7());
      const { document, userErrors } = await add(who, { uploadId: await upload(who, name, bytes()) });
      expect(userErrors).toEqual([]);
      expect(document).toMatchObject({ title: name, status: 'QUEUED' });
      expect(await settled(who, document?.id ?? '')).toMatchObject({ status: 'INDEXED', error: null });
      expect(await search(who, 'gift wrapping')).toMatchObject([{ text: 'We wrap gifts in paper.', heading }]);
    });

    it('gives a broken file its reason, which harms no other', async () => {
      const who = agentOf(v7());
      const files = [
        ['broken.pdf', Buffer.from('%PDF-1.7 and no more')],
        ['broken.docx', Buffer.from('PK and no archive')],
        ['empty.html', Buffer.from('<p></p>')],
        ['scan.pdf', pdfOf('')],
        ['good.pdf', pdfOf('Bicycles have two wheels.')],
      ] as const;
      const ids = new Map<string, string>();
      for (const [name, bytes] of files) {
        const { document } = await add(who, { uploadId: await upload(who, name, bytes) });
        ids.set(name, document?.id ?? '');
      }
      const settledAs = async (name: string) => settled(who, ids.get(name) ?? '');
      expect(await settledAs('broken.pdf')).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/as PDF/) });
      expect(await settledAs('broken.docx')).toMatchObject({
        status: 'FAILED',
        error: expect.stringMatching(/as DOCX/),
      });
      expect(await settledAs('empty.html')).toMatchObject({
        status: 'FAILED',
        error: expect.stringMatching(/nothing to read/),
      });
      expect(await settledAs('scan.pdf')).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/scan/) });
      expect(await settledAs('good.pdf')).toMatchObject({ status: 'INDEXED' });
      expect(await texts(who, 'bicycle wheels')).toEqual(['Bicycles have two wheels.']);
    });

    it('replaces a text by a file, and says so when the file is not kept any more', async () => {
      const who = agentOf(v7());
      const id = await addAndIndex(who, 'Wheels', 'Unicycles have one wheel.');
      await update(who, { id, uploadId: await upload(who, 'wheels.txt', Buffer.from('Tricycles have three wheels.')) });
      await eventually(async () => expect(await texts(who, 'wheels')).toEqual(['Tricycles have three wheels.']));
      const uploadId = await upload(who, 'lost.txt', Buffer.from('Lost.'));
      const { data } = JSON.parse(Buffer.from(uploadId.split('.')[0] ?? '', 'base64url').toString()) as {
        data: { fileKey: string };
      };
      await service.store.delete(data.fileKey);
      await update(who, { id, uploadId });
      await eventually(async () => {
        expect(await settled(who, id)).toMatchObject({
          status: 'FAILED',
          error: expect.stringMatching(/upload it again/),
        });
      });
      expect(await texts(who, 'wheels')).toEqual(['Tricycles have three wheels.']);
    });

    it('refuses a kind of file that it cannot read', async () => {
      const who = agentOf(v7());
      const uploadId = await upload(who, 'cat.png', Buffer.from([0x89, 0x50]), 'image/png');
      expect((await add(who, { uploadId })).userErrors).toMatchObject([
        { code: 'UNSUPPORTED', field: ['input', 'uploadId'], message: expect.stringMatching(/PDF or DOCX/) },
      ]);
    });
  });
});
