import { readConfig } from '#platform/config/readConfig.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import { runProcess } from '#platform/lifecycle/runProcess.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { startTracing } from '#platform/tracing/tracing.ts';
import { configSchema } from './config.ts';
import { createRouter } from './createRouter.ts';

const config = readConfig(configSchema, process.env);
const logger = createLogger({ name: 'router', level: config.logLevel });
const metrics = createMetrics({ service: 'router' });
metrics.collectDefaults();
const tracing = startTracing({ service: 'router', endpoint: config.tracingEndpoint });
const router = createRouter(config.router, { logger, metrics });
await runProcess(createService('router process', [tracing, router], { logger }), { logger });
