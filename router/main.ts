import { readConfig } from '#platform/config/readConfig.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { configSchema } from './config.ts';
import { createRouter } from './createRouter.ts';

const config = readConfig(configSchema, process.env);
await runService('router', config, (deps) => [createRouter(config.service, deps)]);
