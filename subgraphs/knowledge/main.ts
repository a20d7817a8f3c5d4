import { readConfig } from '#platform/config/readConfig.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { configSchema } from './config.ts';
import { createKnowledge } from './createKnowledge.ts';

const config = readConfig(configSchema, process.env);
await runService('knowledge', config, (deps) => [createKnowledge(config.service, deps)]);
