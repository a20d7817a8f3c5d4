import type { Metrics } from '#platform/metrics/metrics.ts';

/** What operators watch of the sink: `lag` and `delaySeconds` say how far dashboards are behind. */
export function sinkMetrics(metrics: Metrics) {
  const prefix = 'switchboard_analytics_sink';
  return {
    active: metrics.gauge(`${prefix}_active`, '1 while this process is the one that writes'),
    lag: metrics.gauge(`${prefix}_lag_events`, 'Events in the stream after the last batch that was written'),
    events: metrics.counter(`${prefix}_events_total`, 'Events by outcome', ['outcome']),
    batchRows: metrics.histogram(
      `${prefix}_batch_rows`,
      'Events per batch',
      [],
      [1, 10, 100, 1_000, 5_000, 10_000, 20_000],
    ),
    writeSeconds: metrics.histogram(`${prefix}_write_seconds`, 'Time to write a batch with its rollups'),
    delaySeconds: metrics.histogram(`${prefix}_delay_seconds`, 'From the stream to the rollups, last event of a batch'),
    restarts: metrics.counter(
      `${prefix}_restarts_total`,
      'Interruptions after which it read again from what is written',
    ),
  };
}
