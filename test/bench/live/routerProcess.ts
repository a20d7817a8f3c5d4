import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { RouterConfig } from '#router/config.ts';
import { createRouter, type Router } from '#router/createRouter.ts';
import { answer } from './child.ts';

export type RouterQuestion = { readonly kind: 'start'; readonly config: RouterConfig } | { readonly kind: 'usage' };

export interface Usage {
  /** What is in use after a collection of garbage, and what the process has of the machine. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Since the start. */
  readonly cpuSeconds: number;
}

/** One router, by itself in its process. */
let router: Router | undefined;

answer<RouterQuestion>(async (question) => {
  if (question.kind === 'usage') return usage();
  const { config } = question;
  const metrics = createMetrics({ service: 'router' });
  router = createRouter(config, { logger: createLogger({ name: 'bench', level: 'error' }), metrics });
  await router.start();
  return { url: router.url() };
});

function usage(): Usage {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss, cpuSeconds: (user + system) / 1e6 };
}
