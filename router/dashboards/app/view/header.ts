import { h } from '#platform/dom/h.ts';
import type { Freshness } from '../following.ts';

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'switchboard-dashboards-theme';

/** In a word, and what it means for the figures of the time beside it. */
const states: Readonly<Record<Freshness, readonly [word: string, meaning: string]>> = {
  WAITING: ['Loading', 'New figures are on their way.'],
  LIVE: ['Live', 'Whatever changes is shown at once. This is when the figures last came.'],
  ASKED: [
    'Not live',
    'Changes are not told now: figures are asked for four times a minute, and live again as soon as that works.',
  ],
  OLD: ['Out of reach', 'These figures are old. It is tried again by itself.'],
};

/** The page's head: whose it is, whether it is live, and how it looks. */
export function createHeader(options: { readonly onTheme: () => void; readonly onSignOut: () => void }) {
  const word = h('span', { role: 'status' });
  const time = h('time');
  const live = h('span', { class: 'live' }, word, time);
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
    /** @param at When what is shown has come; nothing is shown yet without it. */
    showFreshness(freshness: Freshness, at: Date | undefined): void {
      const [said, meaning] = states[freshness];
      live.dataset['state'] = freshness;
      live.title = meaning;
      // Who listens is told of changes alone.
      if (word.textContent !== said) word.textContent = said;
      time.textContent = at ? at.toLocaleTimeString('en', { timeStyle: 'medium', hourCycle: 'h23' }) : '';
    },
    showViewer(name: string): void {
      who.textContent = name;
    },
  };
}
