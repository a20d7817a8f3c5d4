import { createLogger, type Logger, type LoggerOptions } from '#platform/logging/logger.ts';
import { createMetrics, type Metrics } from '#platform/metrics/metrics.ts';
import { startTracing } from '#platform/tracing/tracing.ts';
import { createService } from './createService.ts';
import type { Part } from './part.ts';
import { runProcess } from './runProcess.ts';

/**
 * Runs one service as this process, with what every process has: a log, metrics of the process itself, tracing. Never
 * returns; see {@link runProcess}.
 *
 * @param parts What the service consists of, started in this order.
 */
export function runService(
  name: string,
  {
    logLevel,
    tracingEndpoint,
  }: {
    readonly logLevel: LoggerOptions['level'];
    readonly tracingEndpoint: string | undefined;
  },
  parts: (deps: { readonly logger: Logger; readonly metrics: Metrics }) => readonly Part[],
): Promise<never> {
  const logger = createLogger({ name, level: logLevel });
  const metrics = createMetrics({ service: name });
  metrics.collectDefaults();
  const tracing = startTracing({ service: name, endpoint: tracingEndpoint, logger });
  return runProcess(createService(`${name} process`, [tracing, ...parts({ logger, metrics })], { logger }), { logger });
}
