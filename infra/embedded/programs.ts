import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EmbeddedStackError, errorCode, reason } from './errors.ts';

const run = promisify(execFile);

/** A server program, and what its environment needs for it to run from where it is. */
export interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Programs that do not come from npm. Their Debian packages have the same names. */
export type ProgramName = 'nats-server' | 'pgbouncer' | 'redis-server';

/**
 * Finds a server program: installed on this machine, else in the user's cache, else downloaded into that cache as Debian
 * packages, unpacked without root and without touching what is installed. Safe when several processes do it at once.
 * @throws {EmbeddedStackError} `PROGRAM_MISSING` when there is no apt-get or no way to the package mirror
 */
export async function findProgram(name: ProgramName, log: (line: string) => void): Promise<Program> {
  const present = await installed(name);
  if (present !== undefined) return present;
  const root = join(await cacheDirectory(), name);
  return (await unpacked(root, name)) ?? (await fetchPackage(name, root, log));
}

/**
 * Downloads the Debian package `name`, with the libraries it needs and this machine lacks, and unpacks it as `root`.
 * @throws {EmbeddedStackError} as `findProgram`
 */
export async function fetchPackage(name: ProgramName, root: string, log: (line: string) => void): Promise<Program> {
  const cache = dirname(root);
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, 'partial-'));
  try {
    log(`Reading the list of Debian packages, for ${name} (once, about 10 MB)`);
    await mkdir(join(work, 'lists/partial'), { recursive: true });
    await mkdir(join(work, 'archives/partial'), { recursive: true });
    // A source that fails is no reason to stop: whether what we need was found shows in the next step.
    await apt(work, ['update']).catch(() => undefined);
    log(`Downloading ${name}`);
    // "install --download-only" knows what each release calls the libraries, and which of them are there already.
    await apt(work, ['install', '--download-only', '--no-install-recommends', '--yes', name]);
    for (const file of await readdir(join(work, 'archives'))) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', join(work, 'archives', file), join(work, 'root')]);
    }
    // When another process was faster, what it put there is as good as ours.
    await rename(join(work, 'root'), root).catch(() => undefined);
    const program = await unpacked(root, name);
    if (program === undefined) throw new Error(`the package holds no program ${name}`);
    return program;
  } catch (error) {
    throw EmbeddedStackError.programMissing(name, error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installed(name: string): Promise<Program | undefined> {
  // Debian keeps servers in sbin, which the PATH of an ordinary user lacks.
  const file = await shell(`PATH="$PATH:/usr/local/sbin:/usr/sbin"; command -v ${name} || true`);
  return file === '' ? undefined : { file, env: {} };
}

async function unpacked(root: string, name: string): Promise<Program | undefined> {
  for (const directory of ['usr/bin', 'usr/sbin']) {
    const file = join(root, directory, name);
    if (!(await exists(file))) continue;
    const libraries = await Promise.all(['usr/lib', 'lib'].map(async (each) => libraryDirectories(join(root, each))));
    const path = libraries.flat().join(':');
    return { file, env: path === '' ? {} : { LD_LIBRARY_PATH: path } };
  }
  return undefined;
}

async function libraryDirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory).catch((): string[] => []);
  return entries.filter((entry) => entry.includes('-linux-gnu')).map((entry) => join(directory, entry));
}

async function apt(work: string, args: readonly string[]): Promise<void> {
  const options = {
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': work,
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await run('apt-get', [...flags, '-q', ...args], { maxBuffer: 8_388_608, timeout: 170_000 }).catch(
    (error: unknown) => {
      throw new Error(aptComplaint(error), { cause: error });
    },
  );
}

function aptComplaint(error: unknown): string {
  if (errorCode(error) === 'ENOENT') return 'apt-get is not on this machine';
  const stderr = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
  return /^E: (.*)$/m.exec(stderr)?.[1] ?? reason(error);
}

/** A download that was killed leaves its directory; one that is an hour old belongs to nobody any more. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith('partial-')) continue;
    const { mtimeMs } = await stat(join(cache, entry)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(cache, entry), { recursive: true, force: true });
  }
}

/** Per release and processor, as the programs fit no other. In node_modules when the user has no home to write to. */
async function cacheDirectory(): Promise<string> {
  const release = /^(?:PRETTY_NAME)="?([^"\n]*)/m.exec(await readFile('/etc/os-release', 'utf8').catch(() => ''))?.[1];
  const kind = `${release ?? 'linux'}-${process.arch}`.replaceAll(/[^\w.]+/g, '-').toLowerCase();
  const home = await shell('printf %s "${XDG_CACHE_HOME:-${HOME:-}/.cache}"');
  const candidates = [
    join(home, 'switchboard'),
    fileURLToPath(new URL('../../node_modules/.cache/switchboard', import.meta.url)),
  ];
  for (const candidate of candidates) {
    const directory = join(candidate, kind);
    try {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.W_OK);
      return directory;
    } catch {
      continue;
    }
  }
  throw new Error(`neither ${candidates.join(' nor ')} can be written`);
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function shell(script: string): Promise<string> {
  return (await run('sh', ['-c', script])).stdout.trim();
}
