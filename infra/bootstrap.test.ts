import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';

const installedPackage = 'node_modules/thing/package.json';

/** A project with one package, which comes from a folder: it installs without a network. */
let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(currentTestRun().directory, 'bootstrap-'));
  await mkdir(join(project, 'infra'));
  await mkdir(join(project, 'thing'));
  await copyFile(new URL('bootstrap.js', import.meta.url), join(project, 'infra/bootstrap.js'));
  await writeJson('thing/package.json', { name: 'thing', version: '1.0.0' });
  await writeJson('package.json', {
    name: 'project',
    type: 'module',
    scripts: { preinstall: 'test ! -e slow || sleep 60', postinstall: 'node infra/bootstrap.js --installed' },
    dependencies: { thing: 'file:thing' },
  });
  await writeLock('1.0.0');
});

afterEach(async () => {
  await rm(project, { recursive: true, force: true });
});

async function writeJson(file: string, content: object): Promise<void> {
  await writeFile(join(project, file), JSON.stringify(content));
}

async function writeLock(version: string): Promise<void> {
  await writeJson('package-lock.json', {
    name: 'project',
    lockfileVersion: 3,
    packages: {
      '': { name: 'project', dependencies: { thing: 'file:thing' } },
      'node_modules/thing': { resolved: 'thing', link: true },
      thing: { name: 'thing', version },
    },
  });
}

function bootstrap(): ChildProcess {
  return spawn(process.execPath, [join(project, 'infra/bootstrap.js')], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(child = bootstrap()): Promise<{ code: number; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

async function isThere(file: string): Promise<boolean> {
  return stat(join(project, file)).then(
    () => true,
    () => false,
  );
}

describe('the bootstrap', () => {
  it('installs what is missing, and nothing when nothing is', async () => {
    const first = await run();
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('Packages installed') });
    expect(await isThere(installedPackage)).toBe(true);
    expect(await run()).toEqual({ code: 0, output: '' });
  });

  it('installs again when other packages are asked for', async () => {
    await run();
    await writeJson('thing/package.json', { name: 'thing', version: '1.1.0' });
    await writeLock('1.1.0');
    expect((await run()).output).toContain('Packages installed');
  });

  it('takes an install by npm itself for what it is', async () => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: project, stdio: 'ignore' });
    await once(npm, 'exit');
    expect(await run()).toEqual({ code: 0, output: '' });
  });

  it('does not believe in an install that was killed, and ends npm with itself', async () => {
    await run();
    await writeFile(
      join(project, 'package-lock.json'),
      `${await readFile(join(project, 'package-lock.json'), 'utf8')}\n`,
    );
    await writeFile(join(project, 'slow'), '');
    const killed = bootstrap();
    await once(killed.stdout ?? killed, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await rm(join(project, 'slow'));
    expect((await run()).output).toContain('Packages installed');
  });

  it('waits for an install that is under way, and finds it done', async () => {
    const [first, second] = await Promise.all([run(), run()]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.output + second.output).toContain('Waiting for another install');
    expect((first.output + second.output).match(/Packages installed/g)).toHaveLength(1);
  });

  it('says what to do when packages cannot be had', async () => {
    await rm(join(project, 'thing'), { recursive: true });
    await writeJson('package.json', { name: 'project', type: 'module', dependencies: { thing: 'file:thing' } });
    await writeJson('package-lock.json', { name: 'project', lockfileVersion: 3, packages: {} });
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toContain('The packages could not be installed');
  });
});
