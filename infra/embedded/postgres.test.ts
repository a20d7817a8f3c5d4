import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createPostgres } from './postgres.ts';
import { reachPostgres } from './reach.ts';
import type { StoreProcess } from './storeProcess.ts';

let dataDir: string;
let server: StoreProcess;

async function prepare(): Promise<void> {
  dataDir = await mkdtemp(join(currentTestRun().directory, 'postgres-'));
  server = createPostgres({ dataDir, log: () => undefined });
}

async function remove(): Promise<void> {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}

describe('the embedded PostgreSQL', () => {
  beforeEach(prepare);
  afterEach(remove);

  it.each([
    ['that only its owner may enter', 0o700],
    ['that everybody may enter', 0o755],
  ])('runs in a directory %s, as root too', async (_which, mode) => {
    await chmod(dataDir, mode);
    await server.start();
    await expect(reachPostgres(server.url())).resolves.toBeUndefined();
  });

  it('begins its cluster anew when an earlier start was killed while creating it', async () => {
    await mkdir(join(dataDir, 'postgres.new'));
    await writeFile(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n');
    await server.start();
    await expect(reachPostgres(server.url())).resolves.toBeUndefined();
  });
});

describe('the embedded PostgreSQL that has run before', () => {
  beforeAll(async () => {
    await prepare();
    await server.start();
  });
  afterAll(remove);

  it('asks for its password, which only its owner can read', async () => {
    await expect(reachPostgres(server.url().replace(/:[^:@]+@/, ':wrong@'))).rejects.toThrow('password authentication');
    expect((await stat(join(dataDir, 'secrets', 'postgres'))).mode & 0o777).toBe(0o600);
  });

  it('starts although the process id in its lock file belongs to somebody else by now', async () => {
    const lockFile = join(dataDir, 'postgres', 'postmaster.pid');
    const left = await readFile(lockFile, 'utf8');
    await server.kill9();
    await writeFile(lockFile, left.replace(/^\d+/, String(process.ppid)));
    await server.start();
    await expect(reachPostgres(server.url())).resolves.toBeUndefined();
  });

  it('starts although its lock file was left empty', async () => {
    await server.kill9();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), '');
    await server.start();
    await expect(reachPostgres(server.url())).resolves.toBeUndefined();
  });
});
