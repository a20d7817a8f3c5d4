import { readConfig } from '#platform/config/readConfig.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { configSchema } from './config.ts';
import { createRouter } from './createRouter.ts';
import { reloadOnSignal } from './graph/supergraphFile.ts';

const config = readConfig(configSchema, process.env);
await runService('router', config, (deps) => {
  const router = createRouter(config.service, deps);
  return [router, reloadOnSignal(router)];
});
