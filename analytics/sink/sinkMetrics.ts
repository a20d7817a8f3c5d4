import type { Metrics } from '#platform/metrics/metrics.ts';

/** What operators watch of the sink: lag and delay say how far dashboards are behind. */
export function sinkMetrics(metrics: Metrics, { lag }: { readonly lag: () => Promise<number> }) {
  const prefix = 'switchboard_analytics_sink';
  metrics.gauge(
    `${prefix}_lag_events`,
    'Events of the stream that this process has not written yet',
    [],
    async (gauge) => gauge.set(await lag()),
  );
  return {
    shares: metrics.gauge(`${prefix}_shares`, 'Shares of the companies, of 16, that this process writes'),
    events: metrics.counter(`${prefix}_events_total`, 'Events by outcome', ['outcome']),
    batchRows: metrics.histogram(
      `${prefix}_batch_rows`,
      'Events per batch',
      [],
      [1, 10, 100, 1_000, 5_000, 10_000, 20_000, 50_000],
    ),
    writeSeconds: metrics.histogram(`${prefix}_write_seconds`, 'Time to write the rows of a batch'),
    countSeconds: metrics.histogram(`${prefix}_count_seconds`, 'Time to bring the rollups up to what was written'),
    delaySeconds: metrics.histogram(
      `${prefix}_delay_seconds`,
      'From the stream to the rollups, first event of a batch',
    ),
    restarts: metrics.counter(
      `${prefix}_restarts_total`,
      'Interruptions after which it read again from what is written',
    ),
  };
}
