import { readConfig } from '#platform/config/readConfig.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { runProcess } from '#platform/lifecycle/runProcess.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { startTracing } from '#platform/tracing/tracing.ts';
import { configSchema } from './config.ts';
import { createRouter } from './createRouter.ts';

const name = 'router';
const config = readConfig(configSchema, process.env);
const logger = createLogger({ name, level: config.logLevel });
const metrics = createMetrics({ service: name });
metrics.collectDefaults();
const tracing = startTracing({ service: name, endpoint: config.tracingEndpoint, logger });
const router = createRouter(config.service, { logger, metrics });
await runProcess(createService(`${name} process`, [tracing, router], { logger }), { logger });
