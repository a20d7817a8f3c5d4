import { z } from 'zod';
import { logConfig, secret, url } from '#platform/config/fields.ts';
import { readConfig } from '#platform/config/readConfig.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { provisionDatabases } from '../databases.ts';

const schema = z.object({
  LOG_LEVEL: logConfig.LOG_LEVEL,
  /** As a role that may create roles and schemas. */
  DATABASE_URL: url(['postgres', 'postgresql']),
  DATABASE_SECRET: secret(),
});

try {
  const config = readConfig(schema, process.env);
  // To standard error: what is printed to the other is for a program.
  const logger = createLogger({ name: 'migrate', level: config.LOG_LEVEL, destination: process.stderr });
  const databases = await provisionDatabases(config.DATABASE_URL, config.DATABASE_SECRET, logger);
  if (process.argv.includes('--urls')) process.stdout.write(`${JSON.stringify(databases, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
