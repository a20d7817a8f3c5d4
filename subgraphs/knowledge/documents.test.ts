import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { v7 } from 'uuid';
import { createRedis } from '#platform/cache/redis.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createPublicFetch } from '#platform/http/publicFetch.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testQdrant, testRedis } from '#test/stack/index.ts';
import { noteProgress } from './commands/noteProgress.ts';
import { createLocalEmbedder } from './embedding/localEmbedder.ts';
import { collectionName } from './index/collection.ts';
import { docxOf, pdfOf } from './testing/files.ts';
import { agentOf, startKnowledge } from './testing/harness.ts';
import { libraryOf, REFRESH, REMOVE, SITEMAP, UPDATE } from './testing/library.ts';
import { startSite } from './testing/site.ts';
import { createHostPace } from './web/hostPace.ts';
import { createPageFetcher, type PageFetcher } from './web/pageFetcher.ts';

const collection = collectionName(createLocalEmbedder());
/** Tests take them in turn. */
const ADDRESSES = 12;

describe('documents that change', () => {
  let stores: Awaited<ReturnType<typeof openStores>>;
  let service: Awaited<ReturnType<typeof startKnowledge>>;
  let qdrant: QdrantClient;
  let site: Awaited<ReturnType<typeof startSite>>;
  const library = libraryOf(() => service);
  const { add, update, refresh, remove, list, search, settled, addAndIndex } = library;

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
    [stores, site] = await Promise.all([openStores(), startSite({ addresses: ADDRESSES })]);
    service = await startKnowledge({
      adminUrl: stores.postgres.adminUrl,
      natsUrl: stores.nats.url,
      redisUrl: stores.redis.url,
      qdrantUrl: stores.vectors.url,
      trustedSites: site.origins,
    });
    qdrant = new QdrantClient({ url: stores.vectors.url, checkCompatibility: false });
  });

  afterAll(async () => {
    await service.knowledge.stop();
    await Promise.all([...Object.values(stores), site].map((store) => store.close()));
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
      [REFRESH, { id: v7() }],
      [SITEMAP, { url: site.origins[0] }],
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

  describe('from the web', () => {
    /** Of the site in this test: another one for each, as their pages are read apart. */
    let origin = '';
    let tests = 0;
    beforeEach(() => {
      origin = site.origins[tests % ADDRESSES] ?? '';
      tests += 1;
    });
    const address = (path: string) => `${origin}${path}`;
    const page = (title: string, text: string) => ({
      body: `<title>${title} &#8211; more</title><nav>Menu</nav><p>${text}</p>`,
    });
    const urlset = (paths: readonly string[]) =>
      `<urlset>${paths.map((path) => `<loc> ${path} </loc>`).join('')}</urlset>`;
    const addPage = async (who: Identity, path: string) => (await add(who, { url: address(path) })).document?.id ?? '';
    /** As if the time had come at which the company's page is read again: within a second somebody looks. */
    const makeDue = ({ companyId }: Identity, id: string) =>
      service.knowledge.database.write(
        companyId,
        ({ sql }) => sql`update knowledge.documents set read_at = now() where company_id = ${companyId} and id = ${id}`,
      );
    /** The same, and somebody looks at once: whoever asks for a page, be there such a one or not, makes them. */
    const readAgain = async (who: Identity, id: string) => {
      await makeDue(who, id);
      await refresh(who, v7());
    };
    /** What was read is taken in, and its next time is set: set before that, it would be overwritten. Who reads it has it for minutes only. */
    const isRead = ({ companyId }: Identity, id: string) =>
      eventually(async () => {
        const [later] = await service.knowledge.database.write(
          companyId,
          ({ sql }) => sql`
            select from knowledge.documents
            where company_id = ${companyId} and id = ${id} and read_at > now() + interval '30 minutes'`,
        );
        expect(later).toBeDefined();
      });
    const visitsOf = (path: string) => site.visits.filter((visit) => visit.path === path);

    it('reads a page by its address, and what stands there later when it is refreshed', async () => {
      const who = agentOf(v7());
      site.pages.set('/gifts', page('Gifts', 'We wrap gifts in paper.'));
      const { document, userErrors } = await add(who, { url: address('/gifts#top'), refreshHours: 24 });
      expect(userErrors).toEqual([]);
      expect(document).toMatchObject({ status: 'QUEUED', url: address('/gifts'), refreshHours: 24 });
      const id = document?.id ?? '';
      expect(await settled(who, id)).toMatchObject({
        status: 'INDEXED',
        title: 'Gifts – more',
        source: address('/gifts'),
        version: 1,
      });
      expect(await texts(who, 'gifts')).toEqual(['We wrap gifts in paper.']);
      expect(visitsOf('/gifts')[0]?.agent).toMatch(/^SwitchboardBot/);

      site.pages.set('/gifts', page('Gifts', 'We wrap gifts in cloth.'));
      expect((await refresh(who, id)).document).toMatchObject({ status: 'QUEUED' });
      await eventually(async () => expect(await texts(who, 'gifts')).toEqual(['We wrap gifts in cloth.']));
      // The same address again is the same document, read anew; what is as before is not another version.
      expect(await addPage(who, '/gifts')).toBe(id);
      expect(await settled(who, id)).toMatchObject({ status: 'INDEXED', version: 2, refreshHours: null });
      expect(visitsOf('/gifts')).toHaveLength(3);
    });

    it('reads a page again when its time has come, once, and indexes it only when it says something else', async () => {
      const who = agentOf(v7());
      site.pages.set('/hours', page('Hours', 'Open till six.'));
      const { document } = await add(who, { url: address('/hours'), refreshHours: 1, title: 'Our hours' });
      const id = document?.id ?? '';
      expect(await settled(who, id)).toMatchObject({ title: 'Our hours', version: 1 });
      await makeDue(who, id);
      await eventually(async () => expect(visitsOf('/hours')).toHaveLength(2));
      await isRead(who, id);
      site.pages.set('/hours', page('Hours', 'Open till seven.'));
      await readAgain(who, id);
      await eventually(async () => expect(await texts(who, 'open')).toEqual(['Open till seven.']));
      expect(await settled(who, id)).toMatchObject({ version: 2, status: 'INDEXED' });
      expect(visitsOf('/hours')).toHaveLength(3);
    });

    it('keeps what a page said when it is gone, and says why', async () => {
      const who = agentOf(v7());
      site.pages.set('/soon-gone', page('Keys', 'Keys are in the cellar.'));
      const id = await addPage(who, '/soon-gone');
      await settled(who, id);
      site.pages.delete('/soon-gone');
      await refresh(who, id);
      expect(await settled(who, id)).toMatchObject({
        status: 'FAILED',
        error: expect.stringMatching(/there is nothing/),
      });
      expect(await texts(who, 'keys')).toEqual(['Keys are in the cellar.']);
    });

    it('tries a page three times when its site is in trouble, and nothing else of that waits', async () => {
      const who = agentOf(v7());
      site.pages.set('/busy', { body: '', status: 503 });
      site.pages.set('/well', page('Well', 'All is well.'));
      const id = await addPage(who, '/busy');
      const other = await addPage(who, '/well');
      expect(await settled(who, other)).toMatchObject({ status: 'INDEXED' });
      for (const times of [1, 2]) {
        await eventually(async () => expect(visitsOf('/busy')).toHaveLength(times));
        await eventually(async () => {
          const [{ waits } = { waits: false }] = await service.knowledge.database.write(
            who.companyId,
            ({ sql }) => sql<{ waits: boolean }>`
              select read_tries = ${times} as waits from knowledge.documents
              where company_id = ${who.companyId} and id = ${id} and status = 'QUEUED'`,
          );
          expect(waits).toBe(true);
        });
        await readAgain(who, id);
      }
      expect(await settled(who, id)).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/answer now/) });
    });

    it('says how far a document is for as long as it waits to be found', async () => {
      const who = agentOf(v7());
      site.pages.set('/later', { body: '', status: 503 });
      const id = await addPage(who, '/later');
      await eventually(async () => expect(visitsOf('/later')).toHaveLength(1));
      const progress = async () => (await list(who)).edges[0]?.node.progress;
      await eventually(async () => expect(await progress()).toEqual({ stage: 'WAITING', done: 0, total: null }));
      const { database } = service.knowledge;
      const note = (version: number, done: number) =>
        noteProgress(database, who.companyId, { id, version }, { stage: 'INDEXING', done, total: 200 });
      await note(1, 64);
      await note(2, 128);
      expect(await progress()).toEqual({ stage: 'INDEXING', done: 64, total: 200 });
      site.pages.set('/later', page('Later', 'There at last.'));
      await readAgain(who, id);
      expect(await settled(who, id)).toMatchObject({ status: 'INDEXED', progress: null });
      await note(1, 192);
      expect(await progress()).toBeNull();
    });

    it('keeps what somebody writes while the page is read', async () => {
      const who = agentOf(v7());
      site.pages.set('/slow', page('Slow', 'What stood there.'));
      const { document } = await add(who, { url: address('/slow') });
      const id = document?.id ?? '';
      await update(who, { id, text: 'What was written.', format: 'PLAIN', title: 'Written' });
      await eventually(async () => expect(await texts(who, 'written')).toEqual(['What was written.']));
      expect(await settled(who, id)).toMatchObject({ title: 'Written', url: null, refreshHours: null });
      expect(await texts(who, 'stood')).not.toContain('What stood there.');
    });

    it('reads nothing that is not public, of another kind, or packed without end', async () => {
      const who = agentOf(v7());
      site.pages.set('/cat.png', { body: 'png', type: 'image/png' });
      const headers = { 'content-encoding': 'gzip' };
      site.pages.set('/bomb', { body: gzipSync(Buffer.alloc(11 * 1024 ** 2, 'a')), headers });
      site.pages.set('/packed', { body: gzipSync('<p>Packed all the same.</p>'), headers });
      site.pages.set('/brotli', { body: 'abc', headers: { 'content-encoding': 'br' } });
      site.pages.set('/away', { body: '', status: 302, headers: { location: 'http://169.254.169.254/latest' } });
      const at = (place: number, path: string) => `${site.origins[place]}${path}`;
      const outcomes = [
        ['http://127.0.0.1:1/', 'FAILED', /open internet/],
        ['http://[::ffff:10.0.0.1]/', 'FAILED', /open internet/],
        [at(0, '/away'), 'FAILED', /open internet/],
        [at(1, '/cat.png'), 'FAILED', /kind that cannot be read/],
        [at(2, '/bomb'), 'FAILED', /too large/],
        [at(3, '/brotli'), 'FAILED', /packed as br/],
        [at(4, '/packed'), 'INDEXED', /^null$/],
      ] as const;
      const ids = await Promise.all(outcomes.map(async ([url]) => (await add(who, { url })).document?.id ?? ''));
      for (const [i, [, status, reason]] of outcomes.entries()) {
        const { error, ...rest } = await settled(who, ids[i] ?? '');
        expect(rest).toMatchObject({ status });
        expect(String(error)).toMatch(reason);
      }
      expect(await texts(who, 'packed')).toEqual(['Packed all the same.']);
    });

    describe('as a polite visitor', () => {
      const turns: (readonly [host: string, pauseMs: number])[] = [];
      const pace = { turn: async (...turn: [string, number]) => void turns.push(turn) };

      /** Another service: a site's rules are remembered. */
      async function visiting<T>(
        robots: Parameters<typeof site.pages.set>[1],
        visit: (pages: PageFetcher) => Promise<T>,
      ) {
        const fetcher = createPublicFetch({ trustedOrigins: [origin] });
        await fetcher.start();
        site.pages.set('/robots.txt', robots);
        try {
          return await visit(createPageFetcher({ fetcher, pace }));
        } finally {
          site.pages.delete('/robots.txt');
          await fetcher.stop();
        }
      }
      const { signal } = new AbortController();
      const failed = (code: string) => expect.objectContaining({ code });

      it('does as robots.txt says, behind a redirection too', async () => {
        site.pages.set('/private/a', page('Private', 'Not for robots.'));
        site.pages.set('/to-private', { body: '', status: 301, headers: { location: '/private/a' } });
        site.pages.set('/open', page('Open', 'For everybody.'));
        const rules = 'User-agent: *\nDisallow: /\n\nUser-agent: switchboardbot\nCrawl-delay: 2\nDisallow: /private/';
        await visiting({ body: rules, type: 'text/plain' }, async (pages) => {
          await expect(pages.page(address('/private/a'), signal)).rejects.toEqual(failed('FORBIDDEN_BY_ROBOTS'));
          await expect(pages.page(address('/to-private'), signal)).rejects.toEqual(failed('FORBIDDEN_BY_ROBOTS'));
          expect(await pages.page(address('/open'), signal)).toMatchObject({ format: 'HTML' });
        });
        expect(visitsOf('/private/a')).toEqual([]);
        expect(turns).toEqual(Array.from({ length: 2 }, () => [new URL(origin).host, 2_000]));
      });

      it('leaves a site alone whose rules cannot be read now, for a while', async () => {
        const before = visitsOf('/robots.txt').length;
        await visiting({ body: '', status: 500 }, async (pages) => {
          await expect(pages.page(address('/open'), signal)).rejects.toEqual(failed('AWAY'));
          await expect(pages.page(address('/well'), signal)).rejects.toEqual(failed('AWAY'));
        });
        expect(visitsOf('/robots.txt')).toHaveLength(before + 1);
      });

      it('takes rules for a refusal that are made to keep it busy', async () => {
        const rules = `User-agent: *\nDisallow: /${'*a'.repeat(240_000)}`;
        await visiting({ body: rules, type: 'text/plain' }, async (pages) => {
          const long = address(`/${'a'.repeat(1_500)}`);
          await expect(pages.page(long, signal)).rejects.toEqual(failed('FORBIDDEN_BY_ROBOTS'));
          expect(await pages.page(address('/open'), signal)).toMatchObject({ format: 'HTML' });
        });
      });

      it('lets a site take breath, whichever process visits it', async () => {
        const redis = createRedis({ url: stores.redis.url, name: 'pace', logger });
        await redis.start();
        const [one, two] = [createHostPace(redis), createHostPace(redis)];
        const times: number[] = [];
        const begun = performance.now();
        await Promise.all(
          [one, two, one].map(async ({ turn }) => {
            await turn('breath.example', 60);
            times.push(performance.now());
          }),
        );
        await two.turn('another.example', 60);
        await redis.stop();
        const last = times.toSorted((a, b) => a - b).at(-1) ?? 0;
        expect(last - begun).toBeGreaterThanOrEqual(110);
      });
    });

    it('makes a document of each page of a sitemap, of sitemaps that it names too, once', async () => {
      const who = agentOf(v7());
      const locations = (paths: readonly string[]) => paths.map((path) => `<loc> ${path} </loc>`).join('');
      for (const n of [1, 2, 3]) site.pages.set(`/help/${n}?a=1&b=2`, page(`Help ${n}`, `Answer number ${n}.`));
      // One that names itself is read once.
      const maps = ['/sitemap.xml', '/a.xml', '/b.xml.gz'].map((path) => address(path));
      site.pages.set('/sitemap.xml', { body: `<sitemapindex>${locations(maps)}</sitemapindex>` });
      site.pages.set('/a.xml', {
        body: urlset([address('/help/1?a=1&amp;b=2'), address('/broken'), 'https://elsewhere.example/x']),
      });
      const packed = gzipSync(urlset([2, 3, 1].map((n) => `<![CDATA[${address(`/help/${n}?a=1&b=2`)}]]>`)));
      site.pages.set('/b.xml.gz', { body: packed, type: 'application/gzip' });
      const ended = await library.imported(who, { url: address('/sitemap.xml'), refreshHours: 12 });
      expect(ended).toMatchObject({ status: 'DONE', error: null, total: 4, doneCount: 4, failedCount: 1 });
      const documents = async (filter: object) =>
        (await list(who, { importId: ended.id, ...filter })).edges.map(({ node }) => node);
      expect(await documents({ status: 'INDEXED' })).toHaveLength(3);
      expect(await documents({ status: 'FAILED' })).toMatchObject([
        { title: address('/broken'), refreshHours: 12, error: expect.stringMatching(/there is nothing/) },
      ]);
      expect(await texts(who, 'answer number 2')).toContain('Answer number 2.');
      expect(visitsOf('/sitemap.xml')).toHaveLength(1);
      const again = await library.imported(who, { url: address('/a.xml') });
      expect(again).toMatchObject({ status: 'DONE', total: 2, doneCount: 2, failedCount: 1 });
      expect(again.id).not.toBe(ended.id);
      expect((await list(who)).edges).toHaveLength(4);
      const stranger = agentOf(v7());
      expect(await library.imports(stranger)).toEqual([]);
      expect((await list(stranger, { importId: ended.id })).edges).toEqual([]);
    });

    it('imports a sitemap once at a time, and ends an import whose last pages were removed', async () => {
      const who = agentOf(v7());
      site.pages.set('/own.xml', { body: urlset([address('/waits'), address('/fast')]) });
      site.pages.set('/waits', { body: '', status: 503 });
      site.pages.set('/fast', page('Fast', 'Soon there.'));
      const begun = await Promise.all([1, 2, 3].map(() => library.importSitemap(who, { url: address('/own.xml') })));
      expect(new Set(begun.map((one) => one.import?.id)).size).toBe(1);
      const [only] = await eventually(async () => {
        const found = await library.imports(who);
        expect(found).toMatchObject([{ status: 'RUNNING', total: 2, doneCount: 1, failedCount: 0 }]);
        return found;
      });
      const waiting = (await list(who, { importId: only?.id, status: 'QUEUED' })).edges[0]?.node.id ?? '';
      await remove(who, waiting);
      expect(await library.imports(who)).toMatchObject([{ status: 'DONE', total: 2, doneCount: 2 }]);
    });

    it('goes on with an import whose reader has died', async () => {
      const who = agentOf(v7());
      site.pages.set('/left.xml', { body: urlset([address('/left')]) });
      site.pages.set('/left', page('Left', 'Left behind.'));
      const id = v7();
      const { companyId } = who;
      await service.knowledge.database.write(
        companyId,
        ({ sql }) => sql`
          insert into knowledge.document_imports (company_id, id, url, leased_until)
          values (${companyId}, ${id}, ${address('/left.xml')}, now() - interval '1 second')`,
      );
      await eventually(async () =>
        expect(await library.imports(who)).toMatchObject([{ id, status: 'DONE', total: 1 }]),
      );
    });

    it.each([
      ['a sitemap that is none', '/none.xml', /no sitemap/],
      ['a sitemap that is not there', '/missing.xml', /there is nothing/],
      ['a sitemap of too many pages', '/many.xml', /1000 pages/],
      ['a sitemap of other hosts', '/others.xml', /No page of its own host/],
    ])('says what is wrong with %s', async (_what, path, error) => {
      site.pages.set('/none.xml', page('None', 'No sitemap.'));
      site.pages.set('/many.xml', { body: urlset(Array.from({ length: 1_001 }, (_, i) => address(`/p/${i}`))) });
      site.pages.set('/others.xml', { body: urlset(['https://elsewhere.example/a', 'http://user:b@127.0.0.1/']) });
      const who = agentOf(v7());
      expect(await library.imported(who, { url: address(path) })).toMatchObject({
        status: 'FAILED',
        error: expect.stringMatching(error),
      });
      expect((await list(who)).edges).toEqual([]);
    });

    it.each([
      ['an address that is none', { url: 'nonsense' }, 'url'],
      ['an address of another kind', { url: 'file:///etc/passwd' }, 'url'],
      ['an address with a password', { url: 'https://ada:secret@example.com' }, 'url'],
      ['an address that is too long', { url: `https://example.com/${'ü'.repeat(500)}` }, 'url'],
      ['a text beside an address', { url: 'https://example.com', text: 'a' }, 'url'],
      ['too long a time', { url: 'https://example.com', refreshHours: 721 }, 'refreshHours'],
      ['a time without an address', { title: 'a', text: 'a', refreshHours: 1 }, 'refreshHours'],
    ])('tells the user about %s', async (_what, input, field) => {
      const { document, userErrors } = await add(agentOf(v7()), input);
      expect([document, userErrors]).toMatchObject([null, [{ code: 'INVALID', field: ['input', field] }]]);
      if (!('url' in input) || 'text' in input) return;
      const begun = await library.importSitemap(agentOf(v7()), input);
      expect(begun).toMatchObject({ import: null, userErrors: [{ code: 'INVALID', field: ['input', field] }] });
    });

    it('begins no more than ten imports at a time', async () => {
      const who = agentOf(v7());
      const { companyId } = who;
      await service.knowledge.database.write(
        companyId,
        ({ sql }) => sql`
          insert into knowledge.document_imports (company_id, id, url, leased_until)
          select ${companyId}, gen_random_uuid(), 'https://example.com/' || n, now() + interval '1 hour'
          from generate_series(1, 10) n`,
      );
      const { userErrors } = await library.importSitemap(who, { url: address('/sitemap.xml') });
      expect(userErrors).toMatchObject([{ code: 'TOO_MANY' }]);
    });

    it('lets nobody refresh another company’s page', async () => {
      const who = agentOf(v7());
      site.pages.set('/tents', page('Tents', 'Tents are green.'));
      const id = await addPage(who, '/tents');
      await settled(who, id);
      expect((await refresh(agentOf(v7()), id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect(visitsOf('/tents')).toHaveLength(1);
    });
  });
});
