import { h } from '#platform/dom/h.ts';
import { busiest } from '../busyHours.ts';
import { heatOption } from '../charts/heat.ts';
import { createChart } from '../charts/echarts.ts';
import type { Figures } from '../graph.ts';
import { panel } from './dom.ts';

/** When customers write, by hour and day of the week. */
export function createHeatPanel() {
  const chart = createChart('chart heat');
  const words = h('p', { class: 'note' });
  return {
    element: panel(
      'Busy hours',
      { note: 'Messages received, by hour of the week', width: 'broad' },
      chart.element,
      words,
    ),
    show({ busyHours, timeZone }: Figures['dashboard']): void {
      words.textContent = `${busiest(busyHours)} Clocks of ${timeZone.replaceAll('_', ' ')}.`;
      chart.draw(heatOption(busyHours, chart.element.clientWidth < 500));
    },
  };
}
