import { readConfig } from '#platform/config/readConfig.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { configSchema } from './config.ts';
import { createConversations } from './createConversations.ts';

const config = readConfig(configSchema, process.env);
await runService('conversations', config, (deps) => [createConversations(config.service, deps)]);
