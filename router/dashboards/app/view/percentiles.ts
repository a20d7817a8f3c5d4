import { h } from '#platform/dom/h.ts';
import { say } from '../figures.ts';
import type { Durations, Totals } from '../graph.ts';
import { panel } from './dom.ts';

const levels = [
  ['p50', 'half within'],
  ['p90', '9 of 10 within'],
  ['p95', '19 of 20 within'],
] as const;

/** How long contacts wait: not on average alone, which hides the long ones. */
export function createPercentiles() {
  const body = h('div', { class: 'percentiles' });
  return {
    element: panel('Waiting times', { note: 'Of what was answered or resolved in the range', width: 'narrow' }, body),
    show({ firstResponse, resolution }: Totals): void {
      body.replaceChildren(block('First response', firstResponse), block('Resolution', resolution));
    },
  };
}

function block(title: string, durations: Durations): HTMLElement {
  const longest = Math.max(1, ...levels.map(([level]) => durations[level] ?? 0));
  return h(
    'div',
    { class: 'percentile-block' },
    h('h3', {}, title),
    h(
      'dl',
      {},
      ...levels.flatMap(([level, words]) => {
        const value = durations[level];
        const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
        bar.style.inlineSize = `${String(Math.max(value == null ? 0 : 2, ((value ?? 0) / longest) * 100))}%`;
        return [
          h('dt', {}, h('abbr', { title: words }, level)),
          h('dd', {}, h('span', { class: 'track' }, bar), h('span', { class: 'figure' }, say(value, 'seconds'))),
        ];
      }),
    ),
  );
}
