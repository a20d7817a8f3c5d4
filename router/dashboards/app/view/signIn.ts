import { h } from '#platform/dom/h.ts';

/** Asks for a token, and says why when one was not good. */
export function askForToken(reason: string): Promise<string> {
  return new Promise((resolve) => {
    const input = h('input', {
      type: 'password',
      autocomplete: 'off',
      required: true,
      id: 'token',
      spellcheck: 'false',
    });
    const form = h(
      'form',
      { class: 'sign-in' },
      h('h1', {}, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Dashboards'),
      h('p', {}, 'Give the token with which your inbox asks the graph. It stays in this tab.'),
      ...(reason === '' ? [] : [h('p', { class: 'error', role: 'alert' }, reason)]),
      h('label', { for: 'token' }, 'Token'),
      input,
      h('button', { type: 'submit', class: 'primary' }, 'Show dashboards'),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      resolve(input.value.trim().replace(/^Bearer +/i, ''));
    });
    document.body.replaceChildren(h('main', { class: 'center' }, form));
    input.focus();
  });
}
