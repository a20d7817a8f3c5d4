import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { fileById } from '../queries/fileById.ts';
import { usePicture } from '../profiles/profilePicture.ts';
import { openFilesWorld, type FilesWorld } from '../testing/filesWorld.ts';
import { useFile } from './keepFile.ts';

type Tenant = Awaited<ReturnType<FilesWorld['tenant']>>;

describe('a file whose end has come', () => {
  let world: FilesWorld;
  beforeAll(async () => {
    world = await openFilesWorld();
  });
  afterAll(() => world.close());

  const keep = ({ company, channel }: Tenant, temporary?: true) =>
    world.keepFile({
      companyId: company.id,
      channelId: channel.id,
      bytes: Buffer.from('some words'),
      name: 'a.txt',
      temporary,
    });
  type Kept = Awaited<ReturnType<typeof keep>>;

  const write = ({ company }: Tenant, ...work: Parameters<typeof world.database.write>[1][]) =>
    world.database.write(company.id, async (transaction) => {
      for (const one of work) await one(transaction);
    });
  const pass = (tenant: Tenant, days: number) =>
    write(tenant, ({ sql }) => sql`update channels.files set delete_after = delete_after - ${days} * interval '1 day'`);
  const isThere = async ({ company }: Tenant, { id, fileKey }: Kept) => {
    const row = await fileById(world.database, { companyId: company.id, id });
    return [row !== undefined, (await world.bytesOf(fileKey)) !== undefined];
  };

  /** Lets two processes remove what there is to remove. */
  async function remove(): Promise<void> {
    const removers = [world.remover(), world.remover()];
    await Promise.all(removers.map((remover) => remover.start()));
    await Promise.all(removers.map((remover) => remover.stop()));
  }

  it('is removed with its bytes, of every company, and others stay', async () => {
    const tenants = [await world.tenant(), await world.tenant()];
    for (const tenant of tenants) {
      const [temporary, used, lasting] = [await keep(tenant, true), await keep(tenant, true), await keep(tenant)];
      await write(tenant, ({ sql }) => useFile(sql, tenant.company.id, used.id));
      await remove();
      expect(await isThere(tenant, temporary)).toEqual([true, true]);
      await pass(tenant, 1);
      await remove();
      expect(await isThere(tenant, temporary)).toEqual([false, false]);
      for (const kept of [used, lasting]) expect(await isThere(tenant, kept)).toEqual([true, true]);
    }
  });

  it('is tried again while the store is away, and is not lost sight of', async () => {
    const tenant = await world.tenant();
    const kept = await keep(tenant, true);
    await pass(tenant, 1);
    let tries = 0;
    const away = world.remover({
      delete: async () => {
        tries += 1;
        throw new Error('the store is away');
      },
    });
    await away.start();
    await eventually(() => expect(tries).toBeGreaterThan(0));
    await away.stop();
    expect(await isThere(tenant, kept)).toEqual([true, true]);
    await remove();
    expect(await isThere(tenant, kept)).toEqual([false, false]);
  });

  it('is the picture of a person that another took the place of, after those who know it have heard of the new one', async () => {
    const tenant = await world.tenant();
    const person = { companyId: tenant.company.id, channelId: tenant.channel.id, externalId: '77' };
    const give = async (digest: string) => {
      const kept = await keep(tenant, true);
      await write(tenant, ({ sql }) => usePicture(sql, person, { fileKey: kept.fileKey, fileId: kept.id, digest }));
      return kept;
    };
    const [first, second] = [await give('one'), await give('two')];
    await pass(tenant, 7);
    await remove();
    expect(await isThere(tenant, first)).toEqual([true, true]);
    await pass(tenant, 1);
    await remove();
    expect(await isThere(tenant, first)).toEqual([false, false]);
    expect(await isThere(tenant, second)).toEqual([true, true]);
  });

  it('is none of the pictures in use, when several are given at once', async () => {
    const tenant = await world.tenant();
    const person = { companyId: tenant.company.id, channelId: tenant.channel.id, externalId: '78' };
    const pictures = await Promise.all(Array.from({ length: 6 }, () => keep(tenant, true)));
    await Promise.all(
      pictures.map(({ id, fileKey }) =>
        write(tenant, ({ sql }) => usePicture(sql, person, { fileKey, fileId: id, digest: id })),
      ),
    );
    await pass(tenant, 8);
    await remove();
    const left = await Promise.all(pictures.map((picture) => isThere(tenant, picture)));
    expect(left.filter(([row]) => row)).toHaveLength(1);
  });
});
