import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createFileSigner } from '#platform/files/signedAddress.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createS3Standin } from '#test/standins/s3/s3Standin.ts';
import type { KeptFile } from '../attachments/keepFile.ts';
import { png } from '../testing/fileServer.ts';
import { openFilesWorld, type FilesWorld } from '../testing/filesWorld.ts';
import { mountFiles } from './serveFile.ts';

const secret = 'signs addresses of files in tests only';
const text = 'abcdefghij';
const s3 = createS3Standin();
const metrics = createMetrics({ service: 'test' });
const server = createHttpServer({ name: 'test', host: '127.0.0.1', port: 0, logger, metrics, checks: () => ({}) });
const signer = createFileSigner({ secret, baseUrl: '' });

let world: FilesWorld;
let picture: KeptFile;
let letter: KeptFile;

beforeAll(async () => {
  await s3.start();
  world = await openFilesWorld({}, { filesUrl: s3.url() });
  mountFiles(server.app, { store: world.store, signer, database: world.database, metrics });
  await server.start();
  const place = { companyId: v7(), channelId: v7() };
  picture = await world.keepFile({ ...place, bytes: png, name: 'Ada.png' });
  letter = await world.keepFile({ ...place, bytes: Buffer.from(text), name: 'letter.txt' });
});
afterAll(async () => {
  await server.stop();
  await world.close();
  await s3.stop();
});

async function get(address: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const response = await request(server.url() + address, { method, headers });
  const body = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, body };
}

const codeOf = ({ body }: { readonly body: Buffer }) =>
  (JSON.parse(String(body)) as { error: { code: string } }).error.code;

describe('a kept file', () => {
  it('is given to whoever has a good address, and kept by the browser for as long as that is', async () => {
    const answer = await get(signer.sign(picture.fileKey, new Date(Date.now() + 120_000)));
    expect(answer.status).toBe(200);
    expect(answer.body.equals(png)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': `inline; filename="Ada.png"; filename*=UTF-8''Ada.png`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${picture.id}"`,
    });
    const [, seconds] = /^private, max-age=(\d+)$/.exec(String(answer.headers['cache-control'])) ?? [];
    expect(Number(seconds)).toBeGreaterThan(100);
    expect(Number(seconds)).toBeLessThanOrEqual(120);
  });

  it('that is no picture, sound, film or PDF is saved and not shown', async () => {
    const answer = await get(signer.sign(letter.fileKey));
    expect(String(answer.body)).toBe(text);
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(answer.headers['content-disposition']).toMatch(/^attachment;/);
  });

  it.each([
    ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
    ['bytes=-1', 206, 'j', 'bytes 9-9/10'],
    ['bytes=0-1,4-5', 200, text, undefined],
    ['bytes=10-', 416, '', 'bytes */10'],
  ])('is given in part: %s', async (range, status, body, contentRange) => {
    const answer = await get(signer.sign(letter.fileKey), { range });
    expect([answer.status, String(answer.body), answer.headers['content-range']]).toEqual([status, body, contentRange]);
  });

  it('is given as a whole to who has a part of something else', async () => {
    const address = signer.sign(letter.fileKey);
    const range = 'bytes=2-4';
    expect((await get(address, { range, 'if-range': `"${letter.id}"` })).status).toBe(206);
    expect((await get(address, { range, 'if-range': '"other"' })).status).toBe(200);
  });

  it('is not sent again to who has it', async () => {
    const address = signer.sign(letter.fileKey);
    for (const tag of [`"${letter.id}"`, `W/"${letter.id}"`, `"a", "${letter.id}"`, '*']) {
      const answer = await get(address, { 'if-none-match': tag });
      expect([answer.status, answer.body.length, answer.headers['etag']]).toEqual([304, 0, `"${letter.id}"`]);
    }
    expect((await get(address, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('is described by HEAD', async () => {
    const answer = await get(signer.sign(letter.fileKey), {}, 'HEAD');
    expect([answer.status, answer.body.length, answer.headers['content-length']]).toEqual([200, 0, '10']);
    const part = await get(signer.sign(letter.fileKey), { range: 'bytes=2-4' }, 'HEAD');
    expect([part.status, part.headers['content-length']]).toEqual([206, '3']);
    expect((await get(`/files/${letter.fileKey}`, {}, 'HEAD')).status).toBe(403);
  });
});

describe('an address', () => {
  it.each([
    ['without a signature', () => `/files/${letter.fileKey}`],
    ['with the signature of another file', () => signer.sign(picture.fileKey).replace(picture.fileKey, letter.fileKey)],
    ['with another time', () => signer.sign(letter.fileKey).replace(/expires=\d/, 'expires=9')],
    ['signed by somebody else', () => createFileSigner({ secret: `not ${secret}`, baseUrl: '' }).sign(letter.fileKey)],
    ['that says a thing twice', () => `${signer.sign(letter.fileKey)}&expires=9999999999`],
  ])('%s opens nothing', async (_what, address) => {
    const answer = await get(address());
    expect([answer.status, codeOf(answer)]).toEqual([403, 'SIGNATURE_INVALID']);
  });

  it('whose time is over opens nothing, and says so', async () => {
    const answer = await get(signer.sign(letter.fileKey, new Date(Date.now() - 1_000)));
    expect([answer.status, codeOf(answer)]).toEqual([403, 'ADDRESS_EXPIRED']);
  });

  it('of a file that is not there, of another company, or of no form, is that of nothing', async () => {
    const keys = [`${v7()}/${letter.id}`, `${letter.fileKey.split('/')[0] ?? ''}/${v7()}`, 'a/b', `${v7()}/x`];
    for (const key of keys) {
      const answer = await get(signer.sign(key));
      expect([answer.status, codeOf(answer)]).toEqual([404, 'NOT_FOUND']);
    }
  });

  it('with steps aside is one of no file, even when somebody could sign it', async () => {
    const expires = '9999999999';
    const key = '..%2f..%2fetc/passwd';
    const signature = createHmac('sha256', secret).update(`../../etc/passwd\n${expires}`).digest('base64url');
    expect((await get(`/files/${key}?expires=${expires}&signature=${signature}`)).status).toBe(404);
  });

  it('of a file whose bytes are lost is that of nothing, and of one that cannot be read now says when to try again', async () => {
    const { channelId, companyId } = { channelId: v7(), companyId: v7() };
    const lost = await world.keepFile({ companyId, channelId, bytes: png, name: null });
    await world.store.delete(lost.fileKey);
    expect((await get(signer.sign(lost.fileKey))).status).toBe(404);
    s3.fail(3, { kind: 'refuse', status: 500, code: 'InternalError' });
    const answer = await get(signer.sign(letter.fileKey));
    expect([answer.status, answer.headers['retry-after'], answer.headers['cache-control']]).toEqual([
      503,
      '5',
      undefined,
    ]);
    expect((await get(signer.sign(letter.fileKey))).status).toBe(200);
  });
});
