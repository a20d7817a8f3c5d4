import { h } from '#platform/dom/h.ts';
import { say, type Kind } from '../figures.ts';
import type { AgentRow, Figures } from '../graph.ts';
import type { Names } from '../names.ts';
import { panel } from './dom.ts';

interface Column {
  readonly title: string;
  /** In full, where a title is short. */
  readonly hint?: string;
  readonly kind: Kind;
  readonly of: (row: AgentRow) => number | null;
}

const columns: readonly Column[] = [
  {
    title: 'Online',
    hint: 'How long they were there',
    kind: 'seconds',
    of: ({ onlineSeconds }) => onlineSeconds || null,
  },
  { title: 'Sent', kind: 'count', of: ({ totals }) => totals.messagesSent },
  { title: 'Resolved', kind: 'count', of: ({ totals }) => totals.conversationsResolved },
  { title: 'First response', hint: 'Half within', kind: 'seconds', of: ({ totals }) => totals.firstResponse.p50 },
  {
    title: '9 of 10',
    hint: 'First response, 9 of 10 within',
    kind: 'seconds',
    of: ({ totals }) => totals.firstResponse.p90,
  },
  { title: 'Resolution', hint: 'Half within', kind: 'seconds', of: ({ totals }) => totals.resolution.p50 },
  {
    title: 'Handling',
    hint: 'How long a conversation was open with them, on average',
    kind: 'seconds',
    of: ({ totals }) => totals.handling.average,
  },
];

/** Who did how much, sorted by whatever is pressed. */
export function createAgents(names: Pick<Names, 'of'>) {
  const body = h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Agents' });
  let rows: readonly AgentRow[] = [];
  let sorted = 1;
  let isDescending = true;

  function sortBy(column: number): void {
    isDescending = column === sorted ? !isDescending : true;
    sorted = column;
    draw();
    body.querySelectorAll<HTMLButtonElement>('thead button')[column]?.focus();
  }

  function heading({ title, hint }: Column, at: number): HTMLElement {
    const button = h('button', { type: 'button', title: hint }, title);
    button.addEventListener('click', () => sortBy(at));
    const order = at === sorted ? (isDescending ? 'descending' : 'ascending') : 'none';
    return h('th', { scope: 'col', 'aria-sort': order }, button);
  }

  function draw(): void {
    if (rows.length === 0) {
      body.replaceChildren(h('p', { class: 'empty' }, 'No agent was there in this range.'));
      return;
    }
    const column = columns[sorted];
    const value = (row: AgentRow) => column?.of(row) ?? -1;
    const ordered = rows.toSorted((a, b) => (isDescending ? value(b) - value(a) : value(a) - value(b)));
    body.replaceChildren(
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Agent'), ...columns.map(heading))),
        h(
          'tbody',
          {},
          ...ordered.map((row) => {
            const name = names.of(row.agent.id) ?? 'Somebody who has left';
            return h(
              'tr',
              {},
              h('th', { scope: 'row' }, h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(name)), name),
              ...columns.map(({ kind, of }) => h('td', {}, say(of(row), kind))),
            );
          }),
        ),
      ),
    );
  }

  return {
    element: panel('Agents', { note: 'Those with most to do first; press a heading to sort', width: 'broad' }, body),
    show({ byAgent }: Figures['dashboard']): void {
      rows = byAgent;
      draw();
    },
  };
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')
    .toUpperCase();
}
