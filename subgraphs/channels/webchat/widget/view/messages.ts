import { h } from '#platform/dom/h.ts';
import { inOrder, type PendingMessage } from '../conversation.ts';
import type { Chat, ChatState } from '../chat.ts';
import type { ChatAttachment, ChatMessage } from '../protocol.ts';
import { linked } from './dom.ts';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
/** As near to the end as that is at the end: what comes next is scrolled to. */
const NEAR_END_PX = 80;

/** The list of messages. Only what changed is made anew, so that screen readers read what is new and nothing twice. */
export function createMessageList(chat: Pick<Chat, 'loadEarlier' | 'retry' | 'discard'>) {
  const earlier = h('button', { type: 'button', class: 'earlier' }, 'Earlier messages');
  const items = h('div', { style: 'display: contents' });
  const element = h('div', {
    class: 'log',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'Messages',
    tabindex: '0',
  });
  element.append(earlier, items);
  let isAtEnd = true;
  const shown = new Map<string, { readonly made: string; readonly node: HTMLElement }>();

  earlier.addEventListener('click', () => {
    const fromEnd = element.scrollHeight - element.scrollTop;
    chat.loadEarlier().then(
      () => (element.scrollTop = element.scrollHeight - fromEnd),
      () => undefined,
    );
  });

  function toEnd(): void {
    element.scrollTop = element.scrollHeight;
  }

  element.addEventListener('scroll', () => {
    isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
  });
  // Pictures have their height when they are loaded, and the panel another when a keyboard comes up.
  new ResizeObserver(() => isAtEnd && toEnd()).observe(element);
  element.addEventListener('load', () => isAtEnd && toEnd(), { capture: true });

  function render(state: ChatState): void {
    earlier.hidden = state.historyBefore === null;
    const wanted = rowsOf(state);
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { node }] of shown) {
      if (ids.has(id)) continue;
      node.remove();
      shown.delete(id);
    }
    let before: Element | null = items.firstElementChild;
    for (const { id, made, make } of wanted) {
      const known = shown.get(id);
      const node = known?.made === made ? known.node : make(chat);
      if (known && known.node !== node) known.node.replaceWith(node);
      if (before === known?.node) before = node;
      if (node === before) before = node.nextElementSibling;
      else items.insertBefore(node, before);
      shown.set(id, { made, node });
    }
    if (isAtEnd) toEnd();
  }

  return { element, render, toEnd };
}

interface Row {
  readonly id: string;
  /** What it was made of: the same makes the same. */
  readonly made: string;
  readonly make: (chat: Pick<Chat, 'retry' | 'discard'>) => HTMLElement;
}

function rowsOf({ conversation, settings }: ChatState): Row[] {
  const rows: Row[] = [];
  if (settings?.greeting && conversation.messages.size === 0) {
    rows.push({
      id: 'greeting',
      made: settings.greeting,
      make: () => said('company', [], [bubble(settings.greeting)]),
    });
  }
  let lastDay = '';
  let lastAuthor = '';
  for (const message of inOrder(conversation)) {
    const onDay = day.format(new Date(message.createdAt));
    if (onDay !== lastDay) {
      rows.push({ id: `day ${onDay}`, made: onDay, make: () => h('div', { class: 'day' }, onDay) });
      lastAuthor = '';
    }
    lastDay = onDay;
    const author = `${message.author.kind} ${message.author.name ?? ''}`;
    const isFirst = author !== lastAuthor;
    lastAuthor = author;
    rows.push({
      // The same place and element as the pending one that it was.
      id: message.clientId ?? message.id,
      made: JSON.stringify([message, isFirst]),
      make: () => messageRow(message, isFirst),
    });
  }
  for (const pending of conversation.pending) {
    rows.push({ id: pending.clientId, made: JSON.stringify(pending), make: (chat) => pendingRow(pending, chat) });
  }
  return rows;
}

function messageRow(message: ChatMessage, isFirstOfAuthor: boolean): HTMLElement {
  const { author, text, attachments, createdAt, editedAt, deletedAt } = message;
  const isOwn = author.kind === 'VISITOR';
  const name = author.name ?? (author.kind === 'BOT' ? 'Assistant' : 'Support');
  const heading = isOwn
    ? [h('span', { class: 'visually-hidden' }, 'You:')]
    : [h('div', { class: isFirstOfAuthor ? 'author' : 'visually-hidden' }, name)];
  const content = deletedAt
    ? [bubble('This message was removed')]
    : [...(text ? [bubble(text)] : []), ...attachments.map(attachmentOf)];
  const when = `${time.format(new Date(createdAt))}${editedAt ? ' · edited' : ''}`;
  const meta = h('div', { class: 'meta' }, h('time', { datetime: createdAt }, when));
  const row = said(isOwn ? 'own' : 'company', heading, [...content, meta]);
  row.classList.toggle('deleted', deletedAt !== null);
  row.dataset['author'] = author.kind;
  return row;
}

function pendingRow(pending: PendingMessage, chat: Pick<Chat, 'retry' | 'discard'>): HTMLElement {
  const { clientId, text, files, failure } = pending;
  const content = [
    ...(text ? [bubble(text)] : []),
    ...files.map(({ name }) => h('span', { class: 'file' }, name ?? 'File')),
  ];
  const meta = h('div', { class: 'meta' }, failure ? `Not sent: ${failure} ` : 'Sending…');
  if (failure) {
    const again = h('button', { type: 'button' }, 'Try again');
    const forget = h('button', { type: 'button' }, 'Discard');
    again.addEventListener('click', () => chat.retry(clientId));
    forget.addEventListener('click', () => chat.discard(clientId));
    meta.append(again, forget);
  }
  const row = said('own', [h('span', { class: 'visually-hidden' }, 'You:')], [...content, meta]);
  row.classList.add(failure ? 'failed' : 'pending');
  return row;
}

function said(whose: 'own' | 'company', heading: readonly Node[], content: readonly Node[]): HTMLElement {
  return h('div', { class: `message ${whose}` }, ...heading, ...content);
}

function bubble(text: string): HTMLElement {
  return h('div', { class: 'bubble', dir: 'auto' }, ...linked(text));
}

function attachmentOf({ kind, url, name, mimeType }: ChatAttachment): HTMLElement {
  const label = name ?? (kind === 'IMAGE' ? 'Picture' : 'File');
  // Not there yet, or never: its copy is made in the background.
  if (url === null) return h('span', { class: 'file' }, label);
  const link = { href: url, target: '_blank', rel: 'noopener noreferrer' };
  if (kind === 'IMAGE' && mimeType !== 'image/svg+xml') {
    return h('a', { ...link, class: 'image' }, h('img', { src: url, alt: label, loading: 'lazy' }));
  }
  return h('a', { ...link, class: 'file' }, `📎 ${label}`);
}
