import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentTestRun } from './stack/testRun.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Linted with the project's own configuration, in a directory that is laid out like it. */
describe('imports', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(currentTestRun().directory, 'boundaries-'));
    await copyFile(join(project, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  /** What the linter says of a file that holds one import. */
  async function linted(file: string, imported: string): Promise<string> {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), `export { it } from '${imported}';\n`);
    return new Promise((resolve) => {
      const oxlint = join(project, 'node_modules/.bin/oxlint');
      execFile(oxlint, ['--deny-warnings', file], { cwd: directory }, (_error, stdout) => resolve(stdout));
    });
  }

  it.each([
    ['platform/http/a.ts', '#schema/events/catalogue.ts'],
    ['platform/http/a.ts', '../../schema/events/catalogue.ts'],
    ['platform/http/a.ts', '#test/stack/index.ts'],
    ['platform/http/a.ts', '#channels/commands/a.ts'],
    ['platform/http/a.test.ts', '#router/config.ts'],
    ['schema/events/a.ts', '#conversations/entities/a.ts'],
    ['subgraphs/channels/a.ts', '#conversations/commands/a.ts'],
    ['subgraphs/channels/a.ts', '../conversations/seed.ts'],
    ['subgraphs/channels/commands/a.ts', '../../conversations/seed.ts'],
    ['subgraphs/channels/commands/a.ts', '../../../platform/http/server.ts'],
    ['subgraphs/channels/a.test.ts', '../conversations/seed.ts'],
    ['subgraphs/channels/a.ts', '#infra/embedded/lock.ts'],
    ['subgraphs/conversations/testing/a.ts', '#channels/seed.ts'],
    ['analytics/a.ts', '../router/config.ts'],
    ['analytics/sink/a.ts', '#test/stack/index.ts'],
    ['router/a.ts', '#analytics/sink/a.ts'],
    ['router/a.test.ts', '#knowledge/text/a.ts'],
  ])('of %s may not be %s', async (file, imported) => {
    expect(await linted(file, imported)).toContain('no-restricted-imports');
  });

  it.each([
    ['platform/http/a.ts', '#platform/logging/logger.ts'],
    ['platform/http/a.test.ts', '#test/stack/index.ts'],
    ['subgraphs/channels/commands/a.ts', '#schema/events/catalogue.ts'],
    ['subgraphs/channels/commands/a.ts', '../entities/a.ts'],
    ['subgraphs/channels/commands/a.test.ts', '#infra/embedded/redis.ts'],
    ['subgraphs/conversations/testing/a.ts', '#test/stack/index.ts'],
    ['infra/embedded/a.ts', '#router/config.ts'],
    ['test/platform/a.test.ts', '#channels/commands/a.ts'],
  ])('of %s may be %s', async (file, imported) => {
    expect(await linted(file, imported)).not.toContain('no-restricted-imports');
  });
});
