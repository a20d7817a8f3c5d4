import { h } from '#platform/dom/h.ts';

/** A list to choose one of. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  onChange: (value: string) => void,
): { readonly element: HTMLElement; readonly select: HTMLSelectElement } {
  const select = h('select', {}, ...options.map(([value, text]) => h('option', { value }, text)));
  select.addEventListener('change', () => onChange(select.value));
  return { element: h('label', { class: 'choice' }, h('span', {}, label), select), select };
}

/** A card with a title. */
export function panel(
  title: string,
  { note, width = '' }: { readonly note: string; readonly width?: 'wide' | 'broad' | 'narrow' | '' },
  ...children: readonly (Node | string)[]
): HTMLElement {
  const id = `panel-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  return h(
    'section',
    { class: `panel ${width}`, 'aria-labelledby': id },
    h('header', {}, h('h2', { id }, title), h('p', { class: 'note' }, note)),
    ...children,
  );
}
