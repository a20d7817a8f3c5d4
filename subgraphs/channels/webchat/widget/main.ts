import { createChat } from './chat.ts';
import type { SignedIdentity } from './protocol.ts';
import { createStorage } from './storage.ts';
import { createView } from './view/view.ts';

/**
 * `<script src="https://…/chat/widget.js" data-site-key="…" async></script>` on any page. The page may then call
 * `switchboardChat.open()`, `.close()`, and `.identify({ userId, hash })` for who is signed in, or `.identify()` when they
 * sign out.
 */
export interface SwitchboardChat {
  open(): void;
  close(): void;
  identify(identity?: SignedIdentity): void;
}

declare global {
  interface Window {
    switchboardChat?: SwitchboardChat;
  }
}

function begin(script: HTMLScriptElement): void {
  const { siteKey } = script.dataset;
  // Twice on a page is once: single-page applications put scripts in again.
  if (!siteKey || window.switchboardChat) return;
  const chat = createChat({
    baseUrl: new URL(script.src).origin,
    siteKey,
    storage: createStorage(siteKey),
    onChange: (state) => view?.render(state),
  });
  const view = createView(chat);
  view.render(chat.state);
  window.switchboardChat = {
    open: () => chat.open(),
    close: () => chat.close(),
    identify: (identity) => chat.identify(identity),
  };
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) begin(script);
  else addEventListener('DOMContentLoaded', () => begin(script));
}
