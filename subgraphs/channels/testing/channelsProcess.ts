import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { ChannelsConfig } from '../config.ts';
import { createChannels } from '../createChannels.ts';

/** The service in a process of its own, to be killed: it says `started`, and runs until then. */
const config = JSON.parse(process.argv[2] ?? '') as ChannelsConfig;

await createChannels(config, { logger, metrics: createMetrics({ service: 'channels' }) }).start();
process.stdout.write('started\n');
