import { h } from '#platform/dom/h.ts';
import { createChart, type Chart } from '../charts/echarts.ts';
import { sparkOption } from '../charts/curve.ts';
import { changeOf, say } from '../figures.ts';
import type { Figures } from '../graph.ts';
import { metrics, type Metric } from '../metrics.ts';

interface Tile {
  readonly metric: Metric;
  readonly button: HTMLButtonElement;
  readonly value: HTMLElement;
  readonly change: HTMLElement;
  readonly spark: Chart;
}

/** One figure each, with how it changed and its curve; pressed, it is the curve below. */
export function createTiles(onChoose: (metric: string) => void) {
  const tiles: readonly Tile[] = metrics.map((metric) => {
    const value = h('strong', {}, '–');
    const change = h('span', { class: 'change' });
    const spark = createChart('spark');
    spark.element.setAttribute('aria-hidden', 'true');
    const button = h(
      'button',
      { type: 'button', class: 'tile', 'aria-pressed': 'false' },
      h('span', { class: 'tile-title' }, metric.title),
      value,
      change,
      spark.element,
    );
    button.addEventListener('click', () => onChoose(metric.name));
    return { metric, button, value, change, spark };
  });

  return {
    element: h('div', { class: 'tiles', role: 'group', 'aria-label': 'Figures' }, ...tiles.map(({ button }) => button)),
    show({ totals, previousTotals, ...curves }: Figures['dashboard'], chosen: string, compares: boolean): void {
      for (const { metric, button, value, change, spark } of tiles) {
        const figure = metric.of(totals);
        button.setAttribute('aria-pressed', String(metric.name === chosen));
        value.textContent = say(figure, metric.kind);
        showChange(change, figure, compares ? metric.of(previousTotals) : null, metric);
        spark.draw(sparkOption(curves[`curve_${metric.name}`] ?? []));
      }
    },
  };
}

function showChange(
  element: HTMLElement,
  now: number | null,
  then: number | null,
  { isLessBetter, kind }: Metric,
): void {
  const { text, direction, isGood } = changeOf(now, then, isLessBetter);
  const arrow = { up: '▲', down: '▼', same: '=', none: '' }[direction];
  element.className = `change ${direction === 'none' || direction === 'same' ? 'same' : isGood ? 'good' : 'bad'}`;
  element.textContent = direction === 'none' ? '' : `${arrow} ${text}`;
  element.title = then === null ? '' : `${say(then, kind)} before`;
}
