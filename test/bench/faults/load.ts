import { eventOf, fact } from '#analytics/testing/facts.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { eventSubject, type AnyEvent } from '#platform/events/catalogue.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Random } from '#test/agents/random.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const MOST_AT_ONCE = 200;
const kinds = ['opened', 'received', 'sent', 'bot', 'resolved', 'failed', 'read'] as const;
type Event = AnyEvent<SwitchboardCatalogue>;

/** What was told, and tells more. */
export interface Load {
  readonly published: ReadonlyMap<string, number>;
  /** Messages that the stream was given a second time, past its own recognition. */
  readonly repeated: number;
  /** Tells events for so long, as a relay does: again, until the stream has them. */
  run(ms: number): Promise<void>;
}

/** Events of several companies over three months, so that a batch is several parts of each table; some are told twice, in other groups. */
export function createLoad(options: {
  readonly nats: NatsPart;
  readonly metrics: Metrics;
  readonly companies: readonly string[];
  readonly random: Random;
}): Load {
  const { nats, companies, random } = options;
  const bus = createEventBus(options);
  const published = new Map<string, number>(companies.map((company) => [company, 0]));
  const earlier: Event[] = [];
  let repeated = 0;

  function make(): Event {
    const at = new Date(Date.UTC(2026, random.below(3), 1 + random.below(28), random.below(24), random.below(60)));
    return eventOf(random.pick(companies) ?? '', fact(random.pick(kinds) ?? 'received', { at }));
  }

  async function untilDone(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch {
        await pause(100);
      }
    }
  }

  async function repeat(event: Event): Promise<void> {
    await nats.jetstream.publish(eventSubject(event), JSON.stringify(event), { timeout: 2_000 });
    repeated += 1;
  }

  return {
    published,
    get repeated() {
      return repeated;
    },
    async run(ms) {
      const until = performance.now() + ms;
      while (performance.now() < until) {
        const events = Array.from({ length: 1 + random.below(MOST_AT_ONCE) }, make);
        await untilDone(() => bus.publish(events));
        for (const { companyId } of events) published.set(companyId, (published.get(companyId) ?? 0) + 1);
        const again =
          earlier.length === 0
            ? []
            : Array.from({ length: random.below(8) }, () => random.below(earlier.length)).flatMap(
                (index) => earlier[index] ?? [],
              );
        await untilDone(() => Promise.all(again.map(repeat)).then(() => undefined));
        earlier.push(...events.slice(0, 5));
      }
    },
  };
}
