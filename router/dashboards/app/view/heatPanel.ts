import { h } from '#platform/dom/h.ts';
import { busiest, heatOption } from '../charts/heat.ts';
import { createChart } from '../charts/echarts.ts';
import { panel } from './dom.ts';

/** When customers write, by hour and day of the week. */
export function createHeatPanel() {
  const chart = createChart('chart heat');
  const words = h('p', { class: 'note' });
  return {
    element: panel('Busy hours', { note: 'Messages received, on your clock', width: 'broad' }, chart.element, words),
    /** @param hours undefined where the range is too long to tell. */
    show(hours: readonly (readonly number[])[] | undefined): void {
      chart.element.hidden = hours === undefined;
      words.textContent = hours ? busiest(hours) : 'Choose a range of at most 200 days to see the hours.';
      if (hours) chart.draw(heatOption(hours, chart.element.clientWidth < 500));
    },
  };
}
