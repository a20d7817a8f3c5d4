import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from '#platform/lifecycle/part.ts';
import { EmbeddedStackError, reason } from './errors.ts';
import { endOrphans, type Mark } from './orphans.ts';
import { isFree, stablePort } from './ports.ts';

/** What to run: a program, its arguments and what its environment has in addition to ours. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of setpriv(1) that change who runs it. */
  readonly privileges?: readonly string[];
}

export interface StoreProcessOptions {
  /** As people call it, for the log. */
  readonly name: string;
  /** As files call it: its port, its log. */
  readonly key: string;
  readonly dataDir: string;
  readonly mark: Mark;
  readonly stopSignal: NodeJS.Signals;
  /** Makes configuration and directories ready and says what to run. Called before every launch, nothing being running. */
  prepare(port: number): Promise<Command>;
  /** One try: rejects while the server does not answer. */
  answers(url: string): Promise<void>;
  url(port: number): Promise<string>;
  readonly log: (line: string) => void;
}

/** A server process that is kept running: what dies unexpectedly is started again on the same port. */
export interface StoreProcess extends Part {
  /** Where it listens, credentials included. Throws before the first start. */
  url(): string;
  /** The process id while it runs. */
  pid(): number | undefined;
  /** Dies at once, as in a crash, and stays dead until `start`. */
  kill9(): Promise<void>;
}

const startWithin = 30_000;
const stopWithin = 6_000;
const steadyAfter = 10_000;
const longestBackoff = 5_000;

/** Makes a store process; nothing runs before `start`. */
export function createStoreProcess(options: StoreProcessOptions): StoreProcess {
  return new SupervisedProcess(options);
}

class SupervisedProcess implements StoreProcess {
  readonly name: string;
  readonly #options: StoreProcessOptions;
  readonly #logFile: string;
  #port = 0;
  #url: string | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<string> = Promise.resolve('never started');
  #stopping = new AbortController();
  #watch: Promise<void> = Promise.resolve();

  constructor(options: StoreProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#logFile = join(options.dataDir, 'logs', `${options.key}.log`);
  }

  url(): string {
    if (this.#url === undefined) throw new Error(`${this.name} has no address before it was started`);
    return this.#url;
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { dataDir, key, mark, stopSignal } = this.#options;
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    await mkdir(join(dataDir, 'run'), { recursive: true });
    await endOrphans(mark, stopSignal);
    this.#stopping = new AbortController();
    // Between choosing a port and listening on it somebody else may take it: only then it is worth another try.
    for (let attempt = 1; ; attempt++) {
      this.#port = await stablePort(join(dataDir, 'run', `${key}.port`));
      this.#url = await this.#options.url(this.#port);
      try {
        await this.#launch('w');
        break;
      } catch (error) {
        if (attempt === 3 || (await isFree(this.#port))) throw error;
      }
    }
    this.#watch = this.#keepRunning(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), stopWithin);
    await this.#end(this.#options.stopSignal);
    clearTimeout(late);
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#stopping.abort();
    this.#child?.kill(signal);
    await this.#watch;
    // The watch may have been about to start another one.
    this.#child?.kill(signal);
    await this.#ended;
  }

  /** Never gives up, as a store that is away for good is for people to notice; the backoff keeps it cheap. */
  async #keepRunning(stopping: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopping.aborted) {
      const since = Date.now();
      const how = await this.#ended;
      if (stopping.aborted) return;
      failures = Date.now() - since > steadyAfter ? 1 : failures + 1;
      this.#options.log(`${this.name} ended (${how}), starting it again`);
      try {
        await delay(Math.min(longestBackoff, 50 * 2 ** failures), undefined, { signal: stopping });
        await endOrphans(this.#options.mark, this.#options.stopSignal);
        if (stopping.aborted) return;
        await this.#launch('a');
        this.#options.log(`${this.name} is back`);
      } catch (error) {
        if (!stopping.aborted) this.#options.log(reason(error));
      }
    }
  }

  async #launch(logMode: 'w' | 'a'): Promise<void> {
    const { file, args, env = {}, privileges = [] } = await this.#options.prepare(this.#port);
    const log = await open(this.#logFile, logMode);
    // setpriv has the kernel end the server when this process dies, even of SIGKILL. Detached, because Ctrl-C goes to
    // the whole process group of the terminal, and stores have to outlive the services that are closing.
    const guarded = ['--pdeathsig', this.#options.stopSignal, ...privileges, '--'];
    const environment = ['env', ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
    const child = spawn('setpriv', [...guarded, ...environment, file, ...args], {
      stdio: ['ignore', log.fd, log.fd],
      cwd: this.#options.dataDir,
      detached: true,
    });
    this.#child = child;
    this.#ended = ending(child);
    try {
      await once(child, 'spawn');
    } catch (error) {
      const detail = `setpriv of the package util-linux cannot be run (${reason(error)})`;
      throw EmbeddedStackError.didNotStart(this.name, this.#logFile, detail, error);
    } finally {
      await log.close();
    }
    await this.#answers(child);
  }

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + startWithin;
    for (;;) {
      try {
        await this.#options.answers(this.url());
        return;
      } catch (error) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw EmbeddedStackError.didNotStart(this.name, this.#logFile, await lastLine(this.#logFile), error);
        }
        if (Date.now() > deadline || this.#stopping.signal.aborted) {
          child.kill('SIGKILL');
          await this.#ended;
          throw EmbeddedStackError.didNotStart(this.name, this.#logFile, `no answer: ${reason(error)}`, error);
        }
        await delay(20);
      }
    }
  }
}

async function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? `code ${String(code)}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}

async function lastLine(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return (
    lines.findLast((line) => /FATAL|\[FTL\]|error|denied/i.test(line)) ?? lines.at(-1) ?? 'it ended without a word'
  );
}
