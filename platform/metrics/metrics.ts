import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds, from one millisecond to the longest that anything here is waited for. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Collect<L extends string> = (gauge: Gauge<L>) => void | Promise<void>;

/**
 * The metrics of one service, served at its `/metrics`. Metrics are declared beside the code that counts, so asking twice for
 * a name gives the same metric; asking for it as another kind throws a {@link MetricsError}.
 * Names begin with `switchboard_` and carry their unit (`_seconds`, `_bytes`, `_total`); labels hold only values from small,
 * closed sets, since every combination is kept for as long as the process lives.
 */
export interface Metrics {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** @default buckets for latencies in seconds, 1 ms to 30 s */
  histogram<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>;
  /** `collect` sets the value when the metrics are read; several declarations of one gauge each have their own called. */
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[], collect?: Collect<L>): Gauge<L>;
  /** Adds the process's own metrics (memory, event loop, garbage collection): once per process, by whoever owns it. */
  collectDefaults(): void;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export class MetricsError extends Error {
  readonly code = 'METRIC_KIND_CONFLICT';

  static otherKind(name: string, kind: string): MetricsError {
    return new MetricsError(
      `The metric ${name} exists already and is no ${kind}: give one of the two another name, or the same kind.`,
    );
  }

  override readonly name = 'MetricsError';
}

/** Creates a registry of its own, so that several services can live in one process. */
export function createMetrics({ service }: { readonly service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const collectors = new Map<string, (() => void | Promise<void>)[]>();

  const failures = new Counter({
    name: 'switchboard_metrics_collect_failures_total',
    help: 'Gauges whose value could not be read when the metrics were asked for',
    labelNames: ['metric'],
    registers: [registry],
  });

  /** One gauge that cannot be read, because its store is away, must not take the page from operators who look for why. */
  async function collectAll(name: string): Promise<void> {
    for (const collect of collectors.get(name) ?? []) {
      try {
        await collect();
      } catch {
        failures.inc({ metric: name });
      }
    }
  }

  return {
    counter<L extends string>(name: string, help: string, labels: readonly L[] = []) {
      const existing = registry.getSingleMetric<L>(name);
      if (existing === undefined) return new Counter({ name, help, labelNames: labels, registers: [registry] });
      if (existing instanceof Counter) return existing;
      throw MetricsError.otherKind(name, 'counter');
    },

    histogram<L extends string>(name: string, help: string, labels: readonly L[] = [], buckets = LATENCY_BUCKETS) {
      const existing = registry.getSingleMetric<L>(name);
      if (existing === undefined) {
        return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] });
      }
      if (existing instanceof Histogram) return existing;
      throw MetricsError.otherKind(name, 'histogram');
    },

    gauge<L extends string>(name: string, help: string, labels: readonly L[] = [], collect?: Collect<L>) {
      const existing = registry.getSingleMetric<L>(name);
      if (existing !== undefined && !(existing instanceof Gauge)) throw MetricsError.otherKind(name, 'gauge');
      const gauge =
        existing ??
        new Gauge({ name, help, labelNames: labels, registers: [registry], collect: () => collectAll(name) });
      if (collect) collectors.set(name, [...(collectors.get(name) ?? []), () => collect(gauge)]);
      return gauge;
    },

    collectDefaults: () => collectDefaultMetrics({ register: registry }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
