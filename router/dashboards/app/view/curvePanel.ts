import { h } from '#platform/dom/h.ts';
import { curveOption } from '../charts/curve.ts';
import { createChart } from '../charts/echarts.ts';
import { say } from '../figures.ts';
import { label, type Point } from '../point.ts';
import type { Interval } from '../range.ts';
import type { Metric } from '../metrics.ts';

export interface ShownCurve {
  readonly metric: Metric;
  readonly interval: Interval;
  readonly timeZone: string;
  /** The last interval is not over. */
  readonly isGoingOn: boolean;
  readonly now: readonly Point[];
  readonly before: readonly Point[];
}

/** The large curve, and the same as a table. */
export function createCurvePanel() {
  const chart = createChart('chart');
  const title = h('h2', { id: 'panel-curve' });
  const note = h('p', { class: 'note' });
  const body = h('tbody');
  const table = h(
    'details',
    { class: 'as-table' },
    h('summary', {}, 'As a table'),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Values' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...['When', 'Value', 'Before'].map((text) => h('th', { scope: 'col' }, text)))),
        body,
      ),
    ),
  );

  return {
    element: h(
      'section',
      { class: 'panel wide', 'aria-labelledby': 'panel-curve' },
      h('header', {}, title, note),
      chart.element,
      table,
    ),
    show({ metric, interval, timeZone, isGoingOn, now, before }: ShownCurve): void {
      const { kind } = metric;
      title.textContent = metric.title;
      const unit = { HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' }[interval];
      note.textContent = `By ${unit}${isGoingOn ? `, the last ${unit} is not over` : ''}${before.length > 0 ? '; dashed the time before' : ''}`;
      const isNarrow = chart.element.clientWidth < 500;
      chart.draw(curveOption({ title: metric.title, kind, interval, timeZone, now, before, isGoingOn, isNarrow }));
      body.replaceChildren(
        ...now.map(({ at, value }, place) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, label(at, interval, timeZone)),
            h('td', {}, say(value, kind)),
            h('td', {}, say(before[place]?.value, kind)),
          ),
        ),
      );
    },
  };
}
