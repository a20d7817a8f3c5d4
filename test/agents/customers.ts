import { openChannels } from '#infra/embedded/demo/openChannels.ts';
import { sendTraffic, type TrafficResult } from '#infra/embedded/demo/traffic.ts';
import type { RunningStack } from '#infra/embedded/runningStack.ts';
import { demoPlace } from './company.ts';
import type { Random } from './random.ts';

/** Of an account: few, so that they go on with what they began. */
const PEOPLE = 40;

export interface Customers {
  /** Nobody writes any more; resolves when everything was taken. */
  stop(): Promise<TrafficResult>;
}

/** Customers write on all channels, by webhooks as the platforms sign them, some of which come twice. */
export async function startCustomers(stack: RunningStack, random: Random, rate: number): Promise<Customers> {
  const cast = { random: () => random.next(), people: PEOPLE };
  const channels = await openChannels(stack, { company: demoPlace().slug, cast });
  const stopping = new AbortController();
  let turn = 0;
  const sending = sendTraffic({
    rate,
    durationMs: Infinity,
    signal: stopping.signal,
    onProgress: () => undefined,
    next() {
      const { target, customers } = channels[turn++ % channels.length] ?? channels[0];
      return { target, update: customers.next() };
    },
  });
  return {
    stop() {
      stopping.abort();
      return sending;
    },
  };
}
