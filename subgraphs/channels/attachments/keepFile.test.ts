import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { fileById } from '../queries/fileById.ts';
import { png } from '../testing/fileServer.ts';
import { maxBytes, openFilesWorld, type FilesWorld } from '../testing/filesWorld.ts';

describe('a file that somebody sends', () => {
  let world: FilesWorld;
  beforeAll(async () => {
    world = await openFilesWorld();
  });
  afterAll(() => world.close());

  const place = () => ({ companyId: v7(), channelId: v7() });

  it('is kept under a key of its company, with what is known of it', async () => {
    const { companyId, channelId } = place();
    const kept = await world.keepFile({ companyId, channelId, bytes: png, name: 'shot.png' });
    expect(kept).toEqual({
      id: expect.any(String),
      fileKey: `${companyId}/${kept.id}`,
      kind: 'IMAGE',
      mimeType: 'image/png',
      size: png.length,
      name: 'shot.png',
    });
    const { id } = kept;
    expect(await fileById(world.database, { companyId, id })).toEqual({
      name: 'shot.png',
      mimeType: 'image/png',
      size: png.length,
    });
    expect((await world.bytesOf(kept.fileKey))?.equals(png)).toBe(true);
  });

  it('is kept once by its id, and told once', async () => {
    const file = { ...place(), id: v7(), bytes: png, name: null };
    let told = 0;
    for (let time = 0; time < 3; time++) await world.keepFile(file, () => (told += 1));
    expect(told).toBe(1);
  });

  it('is of no other company', async () => {
    const kept = await world.keepFile({ ...place(), bytes: png, name: null });
    expect(await fileById(world.database, { companyId: v7(), id: kept.id })).toBeUndefined();
  });

  it.each([
    ['is too large', Buffer.alloc(maxBytes + 1), 'TOO_LARGE'],
    ['lets something run', Buffer.from('#!/bin/sh\n'), 'TYPE_REFUSED'],
  ])('is refused when it %s, and nothing of it is kept', async (_what, bytes, code) => {
    const file = { ...place(), id: v7(), bytes, name: null };
    await expect(world.keepFile(file)).rejects.toMatchObject({ name: 'FileRefused', code });
    expect(await fileById(world.database, file)).toBeUndefined();
    expect(await world.bytesOf(`${file.companyId}/${file.id}`)).toBeUndefined();
  });
});
