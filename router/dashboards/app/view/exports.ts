import { h } from '#platform/dom/h.ts';
import { rangeOf, type Graph } from '../graph.ts';
import { intervalOf, type Span } from '../range.ts';
import { filterOf, type View } from '../state.ts';
import { choice, panel } from './dom.ts';

const groupings = [
  ['', 'All together'],
  ['platform', 'By platform'],
  ['agent', 'By agent'],
  ['team', 'By team'],
  ['label', 'By label'],
] as const;

/** What is shown, as a file. */
export function createExports(
  graph: Pick<Graph, 'download'>,
  shownOf: () => { readonly view: View; readonly span: Span },
) {
  const said = h('p', { class: 'note', 'aria-live': 'polite' });
  const { element: grouping, select } = choice('Rows', groupings, () => undefined);
  const buttons = (['csv', 'parquet'] as const).map((extension) => {
    const button = h('button', { type: 'button', class: 'secondary' }, { csv: 'CSV', parquet: 'Parquet' }[extension]);
    button.addEventListener('click', () => void save(extension));
    return button;
  });

  async function save(extension: 'csv' | 'parquet'): Promise<void> {
    const { view, span } = shownOf();
    const { from, to } = rangeOf(span);
    const search = new URLSearchParams({ from, to, interval: intervalOf(span) });
    if (select.value !== '') search.set('by', select.value);
    for (const [name, values] of Object.entries(filterOf(view))) {
      for (const value of values) search.append(name, value);
    }
    for (const button of buttons) button.disabled = true;
    said.textContent = 'Being made …';
    try {
      said.textContent = `${await graph.download(`/exports/dashboard.${extension}?${search.toString()}`)} is with your downloads.`;
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : 'It cannot be made now: try again.';
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  return {
    element: panel(
      'As a file',
      { note: 'For spreadsheets and notebooks', width: 'wide' },
      h('p', { class: 'hint' }, 'What is shown here, with its range and filters, a row for each interval.'),
      h('div', { class: 'files' }, grouping, ...buttons, said),
    ),
  };
}
