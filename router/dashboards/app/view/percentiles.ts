import { h } from '#platform/dom/h.ts';
import { say } from '../figures.ts';
import type { Durations, Totals } from '../graph.ts';
import { panel } from './dom.ts';

const levels = [
  ['p50', 'half within'],
  ['p90', '9 of 10 within'],
  ['p95', '19 of 20 within'],
] as const;

const measures = [
  ['First response', 'firstResponse', 'firstResponseInBusinessHours'],
  ['Later answers', 'nextResponse', 'nextResponseInBusinessHours'],
  ['Waiting in the queue', 'queueWait', 'queueWaitInBusinessHours'],
  ['Resolution', 'resolution', 'resolutionInBusinessHours'],
] as const;

/** How long contacts wait: not on average alone, which hides the long ones. By the clock, or in the company's business hours. */
export function createPercentiles() {
  const body = h('div', { class: 'percentiles' });
  const choices = [
    [false, 'By the clock'],
    [true, 'In business hours'],
  ] as const;
  const buttons = choices.map(([isBusiness, text]) => {
    const button = h('button', { type: 'button' }, text);
    button.addEventListener('click', () => {
      inBusinessHours = isBusiness;
      draw();
    });
    return button;
  });
  let inBusinessHours = false;
  let shown: Totals | undefined;

  function draw(): void {
    choices.forEach(([isBusiness], at) =>
      buttons[at]?.setAttribute('aria-pressed', String(isBusiness === inBusinessHours)),
    );
    const totals = shown;
    if (!totals) return;
    body.replaceChildren(
      ...measures.map(([title, byClock, business]) => block(title, totals[inBusinessHours ? business : byClock])),
    );
  }
  draw();

  return {
    element: panel(
      'Waiting times',
      { note: 'Of what was answered or resolved in the range', width: 'wide' },
      h('div', { class: 'ranges small', role: 'group', 'aria-label': 'Which time counts' }, ...buttons),
      body,
    ),
    show(totals: Totals): void {
      shown = totals;
      draw();
    },
  };
}

function block(title: string, durations: Durations): HTMLElement {
  const longest = Math.max(1, ...levels.map(([level]) => durations[level] ?? 0));
  return h(
    'div',
    { class: 'percentile-block' },
    h('h3', {}, title, h('span', {}, durations.count === 0 ? 'none' : `${say(durations.count, 'count')} times`)),
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
