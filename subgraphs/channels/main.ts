import { readConfig } from '#platform/config/readConfig.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { configSchema } from './config.ts';
import { createChannels } from './createChannels.ts';

const config = readConfig(configSchema, process.env);
await runService('channels', config, (deps) => [createChannels(config.service, deps)]);
