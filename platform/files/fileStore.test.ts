import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isOutage } from '#platform/lifecycle/outage.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createS3Standin } from '#test/standins/s3/s3Standin.ts';
import { createFileStore } from './createFileStore.ts';
import type { ByteRange, FileStore } from './fileStore.ts';

const contentType = 'image/png';
const s3 = createS3Standin();
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(currentTestRun().directory, 'files-'));
  await s3.start();
});
afterAll(async () => {
  await s3.stop();
  await rm(directory, { recursive: true });
});

describe.each([
  ['a directory', () => pathToFileURL(join(directory, 'made', 'when missing')).href],
  ['a bucket', () => s3.url()],
])('files in %s', (_where, url) => {
  let store: FileStore;
  const key = () => `${randomUUID()}/${randomUUID()}`;

  beforeAll(async () => {
    store = createFileStore(url());
    await store.start();
  });
  afterAll(() => store.stop());

  async function bytesOf(name: string, range?: ByteRange): Promise<Buffer | undefined> {
    const opened = await store.get(name, range);
    if (!opened) return undefined;
    const bytes = await buffer(opened.stream);
    expect(opened.size).toBe(bytes.length);
    return bytes;
  }

  it.each([0, 1, 3 * 1024 * 1024])('come back as they were put, %i bytes', async (size) => {
    const [name, bytes] = [key(), randomBytes(size)];
    await store.put(name, bytes, { contentType });
    expect((await bytesOf(name))?.equals(bytes)).toBe(true);
  });

  it('come back as they stood on the disk, however large', async () => {
    const [name, bytes] = [key(), randomBytes(3 * 1024 * 1024)];
    const path = join(directory, randomUUID());
    await writeFile(path, bytes);
    await store.putFile(name, path, { contentType });
    expect((await bytesOf(name))?.equals(bytes)).toBe(true);
    const missing = store.putFile(key(), join(directory, 'nothing'), { contentType });
    await expect(missing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    [{ start: 0, end: 0 }, 'a'],
    [{ start: 2, end: 4 }, 'cde'],
    [{ start: 9, end: 9 }, 'j'],
  ])('come back in part: %j', async (range, part) => {
    const name = key();
    await store.put(name, Buffer.from('abcdefghij'), { contentType });
    expect(String(await bytesOf(name, range))).toBe(part);
  });

  it('are replaced by what is put under the same key, as often as it is put at once', async () => {
    const name = key();
    await store.put(name, Buffer.from('old'), { contentType });
    await Promise.all(Array.from({ length: 10 }, () => store.put(name, Buffer.from('new'), { contentType })));
    expect(String(await bytesOf(name))).toBe('new');
  });

  it('that are not there are undefined, and deleting them is no failure', async () => {
    const name = key();
    expect(await bytesOf(name)).toBeUndefined();
    await store.delete(name);
    await store.put(name, Buffer.from('x'), { contentType });
    await store.delete(name);
    expect(await bytesOf(name)).toBeUndefined();
    expect(await bytesOf(`${name}/below`)).toBeUndefined();
  });

  it.each([
    '',
    '/etc/passwd',
    '../secret',
    'a/../b',
    'a//b',
    'a/',
    'a/./b',
    'a\\b',
    'a\0b',
    'a b',
    'a%2fb',
    'ä',
    'a\n',
    'x'.repeat(201),
  ])('have no key such as %j', async (bad) => {
    const refused = expect.objectContaining({ code: 'BAD_FILE_KEY' });
    await expect(store.put(bad, Buffer.from('x'), { contentType })).rejects.toEqual(refused);
    await expect(store.get(bad)).rejects.toEqual(refused);
    await expect(store.delete(bad)).rejects.toEqual(refused);
  });
});

describe('a directory', () => {
  it('keeps nothing but whole files', async () => {
    const root = join(directory, 'whole');
    const store = createFileStore(pathToFileURL(root).href);
    await store.start();
    await Promise.all(Array.from({ length: 20 }, () => store.put('a/b', randomBytes(100_000), { contentType })));
    expect(await readdir(root, { recursive: true })).toEqual(['a', 'a/b']);
  });

  it('that cannot be made is a failure of the start, and an outage for who puts', async () => {
    const store = createFileStore('file:///dev/null/files');
    await expect(store.start()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /FILES_URL/ });
    const failed = await store.put('a', Buffer.from('x'), { contentType }).catch((error: unknown) => error);
    expect(isOutage(failed)).toBe(true);
  });
});

describe('a bucket', () => {
  const opened: FileStore[] = [];
  afterAll(async () => {
    for (const store of opened) await store.stop();
  });
  async function open(url: string): Promise<FileStore> {
    const store = createFileStore(url);
    opened.push(store);
    await store.start();
    return store;
  }

  it('is told the type of the file', async () => {
    const store = await open(s3.url());
    await store.put('typed', Buffer.from('x'), { contentType });
    expect(s3.contentTypes().get('typed')).toBe('image/png');
  });

  it.each([
    ['another secret', (url: string) => url.replace(/:[^:@]+@/, ':wrong@')],
    ['another key', (url: string) => url.replace('AKIATEST', 'AKIAOTHER')],
    ['a bucket that is not there', (url: string) => url.replace('/files', '/nothing')],
  ])('does not open with %s', async (_what, wrong) => {
    const failed = open(wrong(s3.url()));
    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.not.stringContaining('wrong') });
  });

  it('is asked again when it is in trouble for a moment', async () => {
    const store = await open(s3.url());
    s3.fail(1, { kind: 'refuse', status: 503, code: 'SlowDown' });
    s3.fail(1, { kind: 'drop' });
    await store.put('again', Buffer.from('x'), { contentType });
    expect(s3.contentTypes().has('again')).toBe(true);
  });

  it('that stays in trouble is an outage, and no missing file', async () => {
    const store = await open(s3.url());
    await store.put('there', Buffer.from('x'), { contentType });
    s3.fail(3, { kind: 'refuse', status: 500, code: 'InternalError' });
    const failed = await store.get('there').catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'UNAVAILABLE' });
    expect(isOutage(failed)).toBe(true);
  });

  it('that is not open yet says so as an outage', async () => {
    await expect(createFileStore(s3.url()).get('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('the address of the store', () => {
  it.each([
    '',
    'files',
    'http://host/bucket',
    'file://host/files',
    's3://host/bucket',
    's3://key@host/bucket',
    's3://key:secret@host',
    's3://key:secret@host/bucket/below',
    's3://key:secret@host/bucket?tls=perhaps',
    's3://key:%zz@host/bucket',
    'file:///a%2fb',
  ])('is none: %j', (url) => {
    expect(() => createFileStore(url)).toThrow(
      expect.objectContaining({ code: 'BAD_FILES_URL', message: expect.not.stringContaining('key:secret@') }),
    );
  });
});
