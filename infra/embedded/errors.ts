/** What keeps the embedded stack from working, told in one sentence that ends in what to do. `code` is stable. */
export class EmbeddedStackError extends Error {
  override readonly name = 'EmbeddedStackError';
  readonly code: string;

  private constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }

  static inUse(directory: string, pid: number): EmbeddedStackError {
    return new EmbeddedStackError(
      'DATA_DIR_IN_USE',
      `${directory} is in use by process ${String(pid)}: stop that one, or give this one another DATA_DIR.`,
    );
  }

  static notRunning(directory: string, cause: unknown): EmbeddedStackError {
    return new EmbeddedStackError(
      'NOT_RUNNING',
      `Switchboard does not run on ${directory}: start it with \`npm start\`, or set DATA_DIR to where it runs.`,
      cause,
    );
  }

  static unwritable(directory: string, cause: unknown): EmbeddedStackError {
    return new EmbeddedStackError(
      'DATA_DIR_UNWRITABLE',
      `${directory} cannot be written (${reason(cause)}): make it writable for this user, or set DATA_DIR to a directory that is.`,
      cause,
    );
  }

  static programMissing(program: string, cause: unknown): EmbeddedStackError {
    const variable = new Map([
      ['nats-server', 'NATS_URL'],
      ['redis-server', 'REDIS_URL'],
    ]).get(program);
    const instead = variable === undefined ? '' : `, or set ${variable} to a running server`;
    return new EmbeddedStackError(
      'PROGRAM_MISSING',
      `${program} is not on this machine and its Debian package could not be fetched (${reason(cause)}): ` +
        `install it (apt-get install ${program})${instead}.`,
      cause,
    );
  }

  static didNotStart(name: string, logFile: string, detail: string, cause?: unknown): EmbeddedStackError {
    return new EmbeddedStackError(
      'STORE_DID_NOT_START',
      `${name} did not start: ${detail}. Its log: ${logFile}`,
      cause,
    );
  }

  static inputTaken(): EmbeddedStackError {
    return new EmbeddedStackError(
      'STANDARD_INPUT_TAKEN',
      'Something was opened in place of the standard input at the same moment: start again, best with </dev/null.',
    );
  }

  static initdbFailed(cause: unknown): EmbeddedStackError {
    return new EmbeddedStackError(
      'STORE_DID_NOT_START',
      `The PostgreSQL cluster could not be created: ${reason(cause)}. Correct that, or give DATABASE_URL of a running server.`,
      cause,
    );
  }

  static orphanStays(name: string, pids: readonly number[]): EmbeddedStackError {
    return new EmbeddedStackError(
      'ORPHAN_STAYS',
      `A ${name} left by an earlier start does not end: stop process ${pids.join(', ')} and start again.`,
    );
  }

  static unreachable(name: string, variable: string, cause: unknown): EmbeddedStackError {
    return new EmbeddedStackError(
      'STORE_UNREACHABLE',
      `${name} does not answer at the address in ${variable} (${reason(cause)}): correct it, or unset it to use the embedded one.`,
      cause,
    );
  }
}

/** The first line of what went wrong, fit to stand within a sentence. */
export function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reason(cause.errors[0]);
  const text = cause instanceof Error ? cause.message || cause.name : String(cause).replace(/^Error: /, '');
  return text.trim().split('\n', 1)[0] ?? '';
}

/** The code of a system error (`ENOENT`), undefined for others. Not by `instanceof`: Jest runs tests in a realm of their own. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
