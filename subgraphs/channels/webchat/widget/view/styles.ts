/** Within the shadow root: the page's styles stay outside and these inside. */
export const styles = `
:host { all: initial; position: fixed; z-index: 2147483000; inset: auto 0 0 auto; }
* { box-sizing: border-box; margin: 0; font: inherit; letter-spacing: normal; }
[hidden] { display: none !important; }
.root { font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: #1b1f24; }
button, input, textarea { color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; box-shadow: 0 0 0 2px #fff; }
.launcher { position: fixed; right: 20px; bottom: 20px; width: 60px; height: 60px; border-radius: 50%;
  display: grid; place-items: center; background: var(--accent); color: var(--on-accent);
  box-shadow: 0 6px 20px rgb(0 0 0 / .25); transition: transform .15s ease; }
.launcher:hover { transform: scale(1.06); }
.badge { position: absolute; top: -2px; right: -2px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
  background: #c81e1e; color: #fff; font-size: 12px; font-weight: 700; line-height: 22px; text-align: center; }
.panel { position: fixed; right: 20px; bottom: 96px; width: 380px; height: min(640px, calc(100vh - 120px));
  display: flex; flex-direction: column; overflow: hidden; background: #fff; border-radius: 16px;
  box-shadow: 0 12px 48px rgb(0 0 0 / .28); animation: rise .18s ease; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
.header { display: flex; align-items: center; gap: 12px; padding: 16px 12px 16px 20px; background: var(--accent); color: var(--on-accent); }
.title { flex: 1; font-size: 17px; font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.header button { width: 40px; height: 40px; display: grid; place-items: center; border-radius: 10px; }
.header button:hover { background: rgb(127 127 127 / .25); }
.header button:focus-visible { outline-color: var(--on-accent); box-shadow: none; outline-offset: -3px; }
.notice { padding: 8px 20px; background: #fff4d6; color: #5c4300; font-size: 13px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 4px; }
.log > :first-child { margin-top: auto; }
.earlier { align-self: center; padding: 6px 14px; border-radius: 14px; background: #eef0f3; font-size: 13px; }
.day { align-self: center; margin: 12px 0 6px; color: #59636e; font-size: 12px; }
.message { display: flex; flex-direction: column; max-width: 82%; align-self: flex-start; align-items: flex-start; }
.message.own { align-self: flex-end; align-items: flex-end; }
.author { margin: 8px 0 2px 12px; color: #59636e; font-size: 12px; }
.bubble { padding: 9px 13px; border-radius: 16px; background: #eef0f3; white-space: pre-wrap; overflow-wrap: anywhere; }
.own .bubble { background: var(--accent); color: var(--on-accent); }
.bubble a { color: inherit; text-decoration: underline; }
.deleted .bubble { background: none; border: 1px dashed #9aa4af; color: #59636e; font-style: italic; }
.pending .bubble { opacity: .65; }
.meta { margin: 2px 12px 4px; color: #59636e; font-size: 11.5px; }
.meta button { text-decoration: underline; padding: 2px 4px; }
.failed .meta { color: #b3261e; }
.image { display: block; margin: 2px 0; border-radius: 14px; overflow: hidden; max-width: 100%; background: #eef0f3; border: 1px solid #e2e5e9; }
.image img { display: block; max-width: 100%; max-height: 240px; }
.file { display: inline-flex; gap: 8px; margin: 2px 0; padding: 9px 13px; border-radius: 14px; background: #eef0f3; color: inherit; overflow-wrap: anywhere; }
.typing { min-height: 22px; padding: 0 20px 4px; color: #59636e; font-size: 13px; }
.dots i { display: inline-block; width: 5px; height: 5px; margin-right: 3px; border-radius: 50%; background: currentColor; animation: blink 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; }
@keyframes blink { 0%, 60%, 100% { opacity: .25; } 30% { opacity: 1; } }
.composer { border-top: 1px solid #e2e5e9; padding: 10px 10px calc(10px + env(safe-area-inset-bottom)); }
.chosen { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 4px 8px; list-style: none; }
.chosen li { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 10px; border-radius: 12px; background: #eef0f3; font-size: 13px; max-width: 100%; }
.chosen span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 220px; }
.chosen button { width: 24px; height: 24px; border-radius: 50%; }
.chosen .bad { background: #fde7e5; color: #b3261e; }
.row { display: flex; align-items: flex-end; gap: 6px; }
.row textarea { flex: 1; min-height: 42px; max-height: 130px; resize: none; padding: 10px 12px; border: 1px solid #8b949e; border-radius: 12px; background: #fff; font-size: 16px; line-height: 1.35; }
.row textarea:focus-visible { outline-width: 2px; outline-offset: -1px; box-shadow: none; }
.row textarea::placeholder { color: #59636e; opacity: 1; }
.row button { flex: none; width: 42px; height: 42px; display: grid; place-items: center; border-radius: 12px; color: #3d4650; }
.row .send { background: var(--accent); color: var(--on-accent); }
.row .send:disabled { background: #e2e5e9; color: #59636e; cursor: default; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  .panel { inset: 0; width: auto; height: auto; border-radius: 0; }
  .panel:not([hidden]) ~ .launcher { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .bubble, .file, .launcher, .row textarea, .row button { border: 1px solid; } }
`;
