import { readConfig } from '#platform/config/readConfig.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { runProcess } from '#platform/lifecycle/runProcess.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { startTracing } from '#platform/tracing/tracing.ts';
import { configSchema } from './config.ts';
import { watchParent } from './parent.ts';
import { createStack } from './stack.ts';

const config = configOrExit();
const name = 'switchboard';
const logger = createLogger({ name, level: config.logLevel });
const log = (line: string): boolean => process.stdout.write(`${line}\n`);
const tracing = startTracing({ service: name, endpoint: config.tracingEndpoint, logger });
const parent: Part = {
  name: 'parent watch',
  start: async () => {
    // Run by hand it may well outlive the shell it was started from.
    if (process.env['npm_lifecycle_event'] === undefined) return;
    watchParent(() => process.kill(process.pid, 'SIGTERM'));
  },
  stop: async () => undefined,
};

await runProcess(createService(name, [parent, tracing, createStack(config, logger, log)], { logger }), {
  logger,
  onStartFailure: explain,
});

function configOrExit() {
  try {
    return readConfig(configSchema, process.env);
  } catch (error) {
    explain(error);
    process.exit(1);
  }
}

/** One sentence with its remedy, as the errors of this project are. */
function explain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
