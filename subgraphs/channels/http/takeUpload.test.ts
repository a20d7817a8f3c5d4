import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createTokenSigner } from '#platform/files/signedToken.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { upload, UPLOAD_PURPOSE, type Upload } from '#schema/uploads.ts';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { png } from '../testing/fileServer.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { messageCreated } from '../testing/messageCreated.ts';
import { createAgentUploads } from '../uploads/agentUploads.ts';

const ask =
  'mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { url expiresAt userErrors { code field message } } }';

describe('a file that an agent uploads', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0 });
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const tenant = newTenant();
  const companyId = tenant.company.id;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats(), telegram.start()]);
    const telegramApiUrl = telegram.url();
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(tenant);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close(), telegram.stop()]);
  });

  const newAgent = () => ({ kind: 'agent', companyId, agentId: v7(), role: 'AGENT', scopes: [] }) as const;

  interface Answer {
    readonly url: string | null;
    readonly expiresAt: string | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  }
  async function place(input: object = {}, identity: Identity = newAgent()): Promise<Answer> {
    const file = { name: 'Zelt ⛺.png', mimeType: 'image/png', size: png.length };
    const { data } = await harness.query(identity, ask, { input: { ...file, ...input } });
    return data?.['requestUpload'] as Answer;
  }

  async function put(url: string | null, bytes: Uint8Array) {
    const { pathname, search } = new URL(url ?? 'https://none');
    const response = await request(`${harness.channels.url()}${pathname}${search}`, { method: 'PUT', body: bytes });
    const body = (await response.body.json()) as { id: string; error?: { code: string } } & Record<string, unknown>;
    return { status: response.statusCode, body };
  }

  const read = (id: string) => {
    const { secret } = harness.config.files;
    const verdict = createTokenSigner<Upload>({ secret, purpose: UPLOAD_PURPOSE, model: upload }).read(id);
    if (verdict.kind !== 'good') throw new Error(`the id is ${verdict.kind}`);
    return verdict.data;
  };
  const endOf = (fileId: string) =>
    harness.channels.database.write(companyId, async ({ sql }) => {
      const [row] = await sql<{ deleteAfter: Date | null }>`
        select delete_after as "deleteAfter" from channels.files where company_id = ${companyId} and id = ${fileId}`;
      return row?.deleteAfter;
    });

  it('goes to the address that was given out, and is known by its id, as what it is', async () => {
    const { url, expiresAt, userErrors } = await place({ mimeType: 'text/html', name: '../../Zelt ⛺.png' });
    expect([url, userErrors]).toEqual([expect.stringMatching(/^https:\/\/inbox.example.com\/uploads\?place=/), []]);
    expect(Date.parse(expiresAt ?? '') - Date.now()).toBeGreaterThan(10 * 60_000);
    const { status, body } = await put(url, png);
    const shown = { name: 'Zelt ⛺.png', mimeType: 'image/png', size: png.length, kind: 'IMAGE' };
    expect([status, body]).toEqual([201, { ...shown, id: expect.any(String), expiresAt: expect.any(String) }]);
    expect(read(body.id)).toMatchObject({
      ...shown,
      companyId,
      fileKey: expect.stringMatching(new RegExp(`^${companyId}/`)),
    });
  });

  it('is removed after a day, unless a message has it: then it goes out, and stays', async () => {
    const [unused, sent] = [await put((await place()).url, png), await put((await place()).url, png)];
    const file = read(sent.body.id);
    for (const { body } of [unused, sent]) expect(await endOf(read(body.id).id)).toBeInstanceOf(Date);
    const event = messageCreated(tenant, v7(), 'Look', { chatId: '4711' });
    const { id, fileKey, kind, name, mimeType, size } = file;
    const nowhere = { url: null, platformFileId: null, latitude: null, longitude: null };
    const attachments = [{ ...nowhere, id, fileKey, kind, name, mimeType, size }];
    const message = { ...event.data.message, attachments };
    await harness.publish(companyId, { ...event, data: { ...event.data, message } });
    await eventually(() =>
      expect(telegram.sent().filter(({ chatId }) => chatId === '4711')).toMatchObject([
        { text: 'Look', file: { medium: 'photo', upload: { name: 'Zelt ⛺.png', size: png.length } } },
      ]),
    );
    expect(await endOf(id)).toBeNull();
    expect(await endOf(read(unused.body.id).id)).toBeInstanceOf(Date);
  });

  it('of another company stays what it is, whatever message names it', async () => {
    const { body } = await put((await place()).url, png);
    const { id, fileKey } = read(body.id);
    const other = newTenant();
    await harness.seed(other);
    const event = messageCreated(other, v7(), null, { isPrivate: true, attachments: ['https://x.example/a'], fileKey });
    const [attachment] = event.data.message.attachments;
    const message = { ...event.data.message, attachments: attachment ? [{ ...attachment, id }] : [] };
    await harness.publish(other.company.id, { ...event, data: { ...event.data, message } });
    await harness.publish(other.company.id, messageCreated(other, v7(), 'after it', { chatId: '4712' }));
    await eventually(() => expect(telegram.sent().some(({ chatId }) => chatId === '4712')).toBe(true));
    expect(await endOf(id)).toBeInstanceOf(Date);
  });

  it.each([
    [{ name: ' ' }, 'INVALID', 'name'],
    [{ mimeType: 'nonsense' }, 'INVALID', 'mimeType'],
    [{ size: 0 }, 'INVALID', 'size'],
    [{ size: 25 * 1024 ** 2 + 1 }, 'TOO_LARGE', 'size'],
  ])('has no address when it is %o', async (input, code, field) => {
    expect(await place(input)).toMatchObject({ url: null, userErrors: [{ code, field: ['input', field] }] });
  });

  it.each([
    ['a partner', { kind: 'partner', companyId, partner: 'crm', scopes: [] }],
    ['a service', { kind: 'service', companyId, service: 'test', scopes: [] }],
  ] as const)('is none of %s', async (_who, identity) => {
    const input = { name: 'a', mimeType: 'a/b', size: 1 };
    const { errors } = await harness.query(identity, ask, { input });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it.each([
    ['is larger than was said', Buffer.concat([png, png]), 413],
    ['is empty', Buffer.alloc(0), 400],
    ['is a program', Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'latin1'), 415],
  ])('is refused when it %s', async (_what, bytes, status) => {
    expect((await put((await place()).url, bytes)).status).toBe(status);
  });

  it('is refused at an address that is none, was changed, or is over', async () => {
    const { url } = await place();
    const { secret, maxBytes } = harness.config.files;
    const { database } = harness.channels;
    const { places } = createAgentUploads({ secret, maxBytes, pacer: { take: async () => 0 }, database });
    const old = places.sign(
      { companyId, agentId: v7(), name: 'a', mimeType: 'a/b', size: 10 },
      new Date(Date.now() - 1),
    );
    for (const [address, code] of [
      ['https://x.example/uploads', 'SIGNATURE_INVALID'],
      [`${url ?? ''}x`, 'SIGNATURE_INVALID'],
      [`https://x.example/uploads?place=${old}`, 'ADDRESS_EXPIRED'],
    ] as const) {
      const { status, body } = await put(address, png);
      expect([status, body.error?.code]).toEqual([403, code]);
    }
  });

  it('is one of thirty at once of an agent, and others wait for nobody', async () => {
    const busy = newAgent();
    const answers = await Promise.all(Array.from({ length: 36 }, () => place({}, busy)));
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes.length).toBeGreaterThanOrEqual(3);
    expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
    expect((await place()).userErrors).toEqual([]);
  });

  it('is one of 250 MB that an agent may have here without having sent them', async () => {
    const hoarder = newAgent();
    await harness.channels.database.write(
      companyId,
      ({ sql }) => sql`
      insert into channels.files (company_id, id, mime_type, size, uploaded_by, delete_after)
      values (${companyId}, ${v7()}, 'image/png', ${250 * 1024 ** 2}, ${hoarder.agentId}, now() + interval '1 day')`,
    );
    expect(await place({}, hoarder)).toMatchObject({ url: null, userErrors: [{ code: 'QUOTA_EXCEEDED' }] });
  });

  it('may come side by side with others by one address: each is a file of its own', async () => {
    const { url } = await place();
    const answers = await Promise.all(Array.from({ length: 5 }, () => put(url, png)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => read(body.id).id)).size).toBe(5);
  });
});
