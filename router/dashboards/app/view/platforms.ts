import { h } from '#platform/dom/h.ts';
import { say } from '../figures.ts';
import type { Figures } from '../graph.ts';
import { panel } from './dom.ts';

export const platformNames: Readonly<Record<string, string>> = {
  MESSENGER: 'Messenger',
  INSTAGRAM: 'Instagram',
  TELEGRAM: 'Telegram',
  WHATSAPP: 'WhatsApp',
  WEB_CHAT: 'Web chat',
};

/** What comes over which platform. */
export function createPlatforms() {
  const body = h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Platforms' });
  return {
    element: panel('Platforms', { note: 'Where customers write', width: 'narrow' }, body),
    show({ byPlatform }: Figures['dashboard']): void {
      const rows = byPlatform.toSorted((a, b) => b.totals.messagesReceived - a.totals.messagesReceived);
      const most = Math.max(1, ...rows.map(({ totals }) => totals.messagesReceived));
      if (rows.length === 0) {
        body.replaceChildren(h('p', { class: 'empty' }, 'Nothing happened in this range.'));
        return;
      }
      const head = ['Platform', 'Received', 'Sent', 'Opened', 'First response', 'Failed'];
      body.replaceChildren(
        h(
          'table',
          {},
          h('thead', {}, h('tr', {}, ...head.map((title) => h('th', { scope: 'col' }, title)))),
          h(
            'tbody',
            {},
            ...rows.map(({ platform, totals }) => {
              const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
              bar.style.inlineSize = `${String((totals.messagesReceived / most) * 100)}%`;
              return h(
                'tr',
                {},
                h('th', { scope: 'row' }, platformNames[platform] ?? platform, h('span', { class: 'track thin' }, bar)),
                h('td', {}, say(totals.messagesReceived, 'count')),
                h('td', {}, say(totals.messagesSent, 'count')),
                h('td', {}, say(totals.conversationsOpened, 'count')),
                h('td', {}, say(totals.firstResponse.p50, 'seconds')),
                h('td', {}, say(totals.deliveryFailures, 'count')),
              );
            }),
          ),
        ),
      );
    },
  };
}
