import type { RedisPart } from '#platform/cache/redis.ts';
import { pause } from '#platform/lifecycle/backoff.ts';

/** Lets sites take breath between visits, whichever process makes them. */
export interface HostPace {
  /** Resolves when it is the caller's turn at the host; the next one's comes after the pause. */
  turn(host: string, pauseMs: number): Promise<void>;
}

export function createHostPace({ client }: Pick<RedisPart, 'client'>): HostPace {
  return {
    async turn(host, pauseMs) {
      const key = `knowledge:pace:${host}`;
      while ((await client.set(key, '', 'PX', pauseMs, 'NX')) !== 'OK') {
        await pause(Math.max(1, await client.pttl(key)));
      }
    },
  };
}
