const names = ['text', 'faint', 'line', 'card', 'accent', 'accent-soft', 'second'] as const;
const steps = ['heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4'];

/** The page's colours as they are now, which charts take over: one source, in the style sheet. */
export function colors() {
  // A variable tells its text, which may be two colours: an element that has it tells which of them it is.
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const of = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const [text, faint, line, card, accent, accentSoft, second] = names.map(of);
  const heat = steps.map(of);
  probe.remove();
  return { text, faint, line, card, accent, accentSoft, second, heat };
}
