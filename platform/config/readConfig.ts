import type { z } from 'zod';

export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** The environment does not make a configuration. Names every problem at once; never shows a value, which may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];

  private constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, message }) => `  ${variable} ${message}`);
    super(`The environment has to be mended first:\n${lines.join('\n')}`);
    this.problems = problems;
  }

  static of(problems: readonly ConfigProblem[]): ConfigError {
    return new ConfigError(problems);
  }
}

/**
 * Makes a configuration of environment variables; an empty one counts as absent.
 * @throws ConfigError with every problem: the variable, what is wrong with it, and an example.
 */
export function readConfig<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw ConfigError.of(
    result.error.issues.map(({ path, message }) => {
      const variable = path.map(String).join('.');
      const missing = variable !== '' && !(variable in given);
      if (!missing) return { variable: variable || 'Together:', message };
      // Our own fields say how the value must be; what zod says of a missing one is only that it is undefined.
      return { variable, message: message.startsWith('must') ? `is missing: it ${message}` : 'is missing' };
    }),
  );
}
