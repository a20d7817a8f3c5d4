import { h } from '#platform/dom/h.ts';
import type { Directory } from '../graph.ts';
import { isPreset, presets } from '../range.ts';
import type { View } from '../state.ts';
import { choice } from './dom.ts';
import { platformNames } from './platforms.ts';

/** What is looked at: range, filters, comparison. @param todayIs The date that the company's calendar shows: there is nothing after it. */
export function createToolbar(
  view: View,
  directory: Directory,
  { todayIs, onChange }: { readonly todayIs: () => string; readonly onChange: (change: Partial<View>) => void },
) {
  const buttons = Object.entries(presets).map(([name, { label }]) => {
    const button = h('button', { type: 'button', 'data-range': name }, label);
    button.addEventListener('click', () => {
      if (isPreset(name)) onChange({ range: name });
    });
    return button;
  });
  const [first, last] = [dateInput('From'), dateInput('To')];
  for (const { input } of [first, last]) {
    input.addEventListener('focus', () => (input.max = todayIs()));
    input.addEventListener('change', () => {
      if (first.input.value !== '' && last.input.value !== '') {
        onChange({ range: { first: first.input.value, last: last.input.value } });
      }
    });
  }
  const all = (text: string, named: readonly { readonly id: string; readonly name: string }[]) =>
    [['', text], ...named.map(({ id, name }) => [id, name] as const)] as const;
  const platforms = [['', 'All platforms'], ...Object.entries(platformNames)] as const;
  const choices = {
    platform: choice('Platform', platforms, (platform) => onChange({ platform })),
    channelId: choice('Channel', all('All channels', directory.channels), (channelId) => onChange({ channelId })),
    teamId: choice('Team', all('All teams', directory.teams), (teamId) => onChange({ teamId })),
    labelId: choice('Label', all('All labels', directory.labels), (labelId) => onChange({ labelId })),
    agentId: choice('Agent', all('All agents', directory.agents), (agentId) => onChange({ agentId })),
  };
  const summary = h('span');
  const compares = h('input', { type: 'checkbox' });
  compares.addEventListener('change', () => onChange({ compares: compares.checked }));

  const wide = matchMedia('(min-width: 601px)');
  wide.addEventListener('change', () => (filters.open = wide.matches));
  // Folded on a phone, where the figures would be below what is seen.
  const filters = h(
    'details',
    { class: 'filters', open: wide.matches },
    h('summary', {}, summary),
    h('div', { class: 'dates' }, first.element, last.element),
    h('div', { class: 'choices' }, ...Object.values(choices).map(({ element }) => element)),
    h('label', { class: 'check' }, compares, 'Compare with the time before'),
  );

  function show(shown: View): void {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset['range'] === shown.range));
    }
    const { range } = shown;
    first.input.value = typeof range === 'string' ? '' : range.first;
    last.input.value = typeof range === 'string' ? '' : range.last;
    for (const [name, { select }] of Object.entries(choices)) {
      select.value = shown[name as keyof typeof choices];
      select.classList.toggle('chosen', select.value !== '');
    }
    compares.checked = shown.compares;
    const count = Object.values(choices).filter(({ select }) => select.value !== '').length;
    summary.textContent = count === 0 ? 'Dates and filters' : `Dates and filters (${String(count)} chosen)`;
  }
  show(view);

  return {
    element: h(
      'div',
      { class: 'toolbar', role: 'search', 'aria-label': 'Range and filters' },
      h('div', { class: 'ranges', role: 'group', 'aria-label': 'Range' }, ...buttons),
      filters,
    ),
    show,
  };
}

function dateInput(label: string) {
  const input = h('input', { type: 'date' });
  return { input, element: h('label', { class: 'choice' }, h('span', {}, label), input) };
}
