import { h } from '#platform/dom/h.ts';
import type { Chat } from '../chat.ts';
import type { UploadedFile } from '../protocol.ts';
import { icon, icons } from './dom.ts';

const MAX_TEXT = 4_000;
const MAX_FILES = 5;

interface Chosen {
  readonly item: HTMLLIElement;
  uploaded: UploadedFile | undefined;
}

/** Where the visitor writes. Files are uploaded as they are chosen, so that sending is quick. */
export function createComposer(chat: Pick<Chat, 'send' | 'upload' | 'typed'>) {
  const text = h('textarea', {
    rows: '1',
    'aria-label': 'Your message',
    placeholder: 'Write a message…',
    maxlength: String(MAX_TEXT),
  });
  const file = h('input', {
    type: 'file',
    multiple: true,
    class: 'visually-hidden',
    tabindex: '-1',
    'aria-hidden': 'true',
  });
  const attach = h('button', { type: 'button', 'aria-label': 'Attach files' }, icon(icons.attach));
  const send = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon(icons.send));
  const list = h('ul', { class: 'chosen', 'aria-label': 'Files to send' });
  const status = h('div', { class: 'visually-hidden', role: 'status' });
  const form = h('form', { class: 'composer' }, list, h('div', { class: 'row' }, attach, text, send), file, status);
  let chosen: Chosen[] = [];

  function update(): void {
    const isUploading = chosen.some(({ uploaded }) => !uploaded);
    send.disabled = isUploading || (text.value.trim() === '' && chosen.length === 0);
    list.hidden = list.childElementCount === 0;
    text.style.height = 'auto';
    text.style.height = `${String(text.scrollHeight + 2)}px`;
  }

  function remove(entry: Chosen): void {
    chosen = chosen.filter((other) => other !== entry);
    entry.item.remove();
    update();
    text.focus();
  }

  function choose(one: File): void {
    const label = h('span', {}, `${one.name} …`);
    const cross = h('button', { type: 'button', 'aria-label': `Remove ${one.name}` }, '×');
    const entry: Chosen = { item: h('li', {}, label, cross), uploaded: undefined };
    cross.addEventListener('click', () => remove(entry));
    list.append(entry.item);
    chosen.push(entry);
    chat.upload(one).then(
      (uploaded) => {
        entry.uploaded = uploaded;
        label.textContent = one.name;
        status.textContent = `${one.name} is ready to be sent`;
        update();
      },
      (error: unknown) => {
        // It stays to be seen, and is sent with nothing.
        chosen = chosen.filter((other) => other !== entry);
        entry.item.classList.add('bad');
        label.textContent = `${one.name}: ${error instanceof Error ? error.message : 'could not be sent'}`;
        status.textContent = label.textContent;
        update();
      },
    );
  }

  function add(files: FileList | null): void {
    for (const one of [...(files ?? [])].slice(0, MAX_FILES - chosen.length)) choose(one);
    update();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (send.disabled) return;
    chat.send(
      text.value.trim(),
      chosen.flatMap(({ uploaded }) => uploaded ?? []),
    );
    text.value = '';
    chosen = [];
    list.replaceChildren();
    update();
    text.focus();
  });
  text.addEventListener('keydown', (event) => {
    // While an input method composes a character, Enter takes it and sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  text.addEventListener('input', () => {
    update();
    if (text.value !== '') chat.typed();
  });
  text.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData?.files.length) add(clipboardData.files);
  });
  attach.addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    add(file.files);
    file.value = '';
  });
  update();
  return { element: form, focus: () => text.focus() };
}
