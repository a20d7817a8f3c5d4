import { h } from '#platform/dom/h.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'switchboard-dashboards-theme';

/** The page's head: whose it is, whether it is live, and how it looks. */
export function createHeader(options: { readonly onTheme: () => void; readonly onSignOut: () => void }) {
  const live = h('span', { class: 'live', role: 'status' }, 'Connecting');
  const who = h('span', { class: 'who' });
  const theme = h('button', { type: 'button', class: 'quiet' });
  const signOut = h('button', { type: 'button', class: 'quiet' }, 'Change token');
  signOut.addEventListener('click', options.onSignOut);

  function apply(chosen: Theme): void {
    if (chosen === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
    theme.textContent = { auto: 'Theme: auto', light: 'Theme: light', dark: 'Theme: dark' }[chosen];
  }
  let chosen = THEMES.find((one) => one === localStorage.getItem(KEY)) ?? 'auto';
  apply(chosen);
  theme.addEventListener('click', () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length] ?? 'auto';
    localStorage.setItem(KEY, chosen);
    apply(chosen);
    options.onTheme();
  });
  // Charts are drawn in the colours of the moment.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', options.onTheme);

  return {
    element: h(
      'header',
      { class: 'top' },
      h('h1', {}, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Dashboards'),
      live,
      h('div', { class: 'spacer' }),
      who,
      theme,
      signOut,
    ),
    showLive(isLive: boolean, at: Date): void {
      live.classList.toggle('on', isLive);
      const time = at.toLocaleTimeString('en', {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      });
      live.textContent = isLive ? `Live · ${time}` : `Not live · ${time}`;
    },
    showViewer(name: string): void {
      who.textContent = name;
    },
  };
}
