import { h } from '#platform/dom/h.ts';
import type { Chat, ChatState } from '../chat.ts';
import { readableOn } from './colors.ts';
import { createComposer } from './composer.ts';
import { icon, icons } from './dom.ts';
import { createMessageList } from './messages.ts';
import { styles } from './styles.ts';

const CONNECTION_LOST = 'No connection right now. What you write is sent as soon as it is back.';
/** A short loss, as between two networks, is nobody's business. */
const NOTICE_AFTER_MS = 2_500;

/** The button and the panel, in a shadow root at the end of the page. Shows a state, whole, whenever it is given one. */
export function createView(chat: Chat): { render(state: ChatState): void } {
  const badge = h('span', { class: 'badge', hidden: true });
  const launcher = h('button', {
    type: 'button',
    class: 'launcher',
    'aria-haspopup': 'dialog',
    'aria-controls': 'panel',
  });
  const title = h('h2', { class: 'title', id: 'title' });
  const close = h('button', { type: 'button', 'aria-label': 'Close chat' }, icon(icons.close));
  const notice = h('div', { class: 'notice', role: 'status', hidden: true });
  const typing = h('div', { class: 'typing', role: 'status' });
  const list = createMessageList(chat);
  const composer = createComposer(chat);
  const header = h('header', { class: 'header' }, title, close);
  const panel = h(
    'section',
    { class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: true },
    header,
    notice,
    list.element,
    typing,
    composer.element,
  );
  const root = h('div', { class: 'root' }, panel, launcher);
  const host = h('div', { id: 'switchboard-chat' });
  host.attachShadow({ mode: 'open' }).append(h('style', {}, styles), root);
  document.body.append(host);

  let shown: ChatState | undefined;
  let lostSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  launcher.addEventListener('click', () => (shown?.isOpen ? chat.close() : chat.open()));
  close.addEventListener('click', () => chat.close());
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    chat.close();
  });

  function renderOpen(isOpen: boolean): void {
    if (isOpen === shown?.isOpen) return;
    panel.hidden = !isOpen;
    launcher.setAttribute('aria-expanded', String(isOpen));
    launcher.replaceChildren(icon(isOpen ? icons.close : icons.chat), badge);
    if (isOpen) {
      list.toEnd();
      // Not when it was open as the page came: somebody may be reading.
      if (shown) composer.focus();
    } else if (shown) {
      launcher.focus();
    }
  }

  function renderNotice({ problem, settings, isConnected }: ChatState): void {
    clearTimeout(timer);
    if (isConnected || !settings) lostSince = undefined;
    else lostSince ??= Date.now();
    const lostForMs = lostSince === undefined ? 0 : Date.now() - lostSince;
    const isLost = lostSince !== undefined && lostForMs >= NOTICE_AFTER_MS;
    if (lostSince !== undefined && !isLost) {
      timer = setTimeout(() => shown && renderNotice(shown), NOTICE_AFTER_MS - lostForMs);
    }
    notice.textContent = problem ?? (isLost ? settings?.offlineNotice || CONNECTION_LOST : '');
    notice.hidden = notice.textContent === '';
  }

  return {
    render(state) {
      const { settings, conversation } = state;
      const color = settings?.color ?? '#1f6feb';
      root.style.setProperty('--accent', color);
      root.style.setProperty('--on-accent', readableOn(color));
      title.textContent = settings?.title ?? 'Chat';
      renderOpen(state.isOpen);
      const { unread } = conversation;
      badge.hidden = state.isOpen || unread === 0;
      badge.textContent = unread > 9 ? '9+' : String(unread);
      const news =
        unread === 0 || state.isOpen ? '' : `, ${String(unread)} new ${unread === 1 ? 'message' : 'messages'}`;
      launcher.setAttribute('aria-label', state.isOpen ? 'Close chat' : `Open chat${news}`);
      composer.element.hidden = state.problem !== undefined;
      list.render(state);
      if (Boolean(state.typing) !== Boolean(shown?.typing)) typing.replaceChildren(...typingOf(state));
      renderNotice(state);
      shown = state;
    },
  };
}

function typingOf({ typing }: ChatState): (Node | string)[] {
  if (!typing) return [];
  const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  return [dots, ` ${typing.name ?? 'Support'} is writing`];
}
