import { h } from '#platform/dom/h.ts';
import { say, type Kind } from '../figures.ts';
import type { Named, Totals } from '../graph.ts';
import { panel } from './dom.ts';

export interface AgentRow {
  readonly agent: Named;
  readonly totals: Totals;
}

interface Column {
  readonly title: string;
  readonly kind: Kind;
  readonly of: (totals: Totals) => number | null;
}

const columns: readonly Column[] = [
  { title: 'Sent', kind: 'count', of: ({ messagesSent }) => messagesSent },
  { title: 'Received', kind: 'count', of: ({ messagesReceived }) => messagesReceived },
  { title: 'Resolved', kind: 'count', of: ({ conversationsResolved }) => conversationsResolved },
  { title: 'First response', kind: 'seconds', of: ({ firstResponse }) => firstResponse.p50 },
  { title: '9 of 10', kind: 'seconds', of: ({ firstResponse }) => firstResponse.p90 },
  { title: 'Resolution', kind: 'seconds', of: ({ resolution }) => resolution.p50 },
];

/** Who did how much, sorted by whatever is pressed. */
export function createAgents() {
  const body = h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Agents' });
  let rows: readonly AgentRow[] = [];
  let sorted = 0;
  let isDescending = true;

  function sortBy(column: number): void {
    isDescending = column === sorted ? !isDescending : true;
    sorted = column;
    draw();
    body.querySelectorAll<HTMLButtonElement>('thead button')[column]?.focus();
  }

  function heading({ title }: Column, at: number): HTMLElement {
    const button = h('button', { type: 'button' }, title);
    button.addEventListener('click', () => sortBy(at));
    const order = at === sorted ? (isDescending ? 'descending' : 'ascending') : 'none';
    return h('th', { scope: 'col', 'aria-sort': order }, button);
  }

  function draw(): void {
    if (rows.length === 0) {
      body.replaceChildren(h('p', { class: 'empty' }, 'No agent did anything in this range.'));
      return;
    }
    const column = columns[sorted];
    const value = ({ totals }: AgentRow) => column?.of(totals) ?? -1;
    const ordered = rows.toSorted((a, b) => (isDescending ? value(b) - value(a) : value(a) - value(b)));
    body.replaceChildren(
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Agent'), ...columns.map(heading))),
        h(
          'tbody',
          {},
          ...ordered.map(({ agent, totals }) =>
            h(
              'tr',
              {},
              h(
                'th',
                { scope: 'row' },
                h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(agent.name)),
                agent.name,
              ),
              ...columns.map(({ kind, of }) => h('td', {}, say(of(totals), kind))),
            ),
          ),
        ),
      ),
    );
  }

  return {
    element: panel('Agents', { note: 'Median times; press a heading to sort', width: 'broad' }, body),
    show(given: readonly AgentRow[]): void {
      rows = given.filter(({ totals }) => columns.some(({ of }) => (of(totals) ?? 0) > 0));
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
