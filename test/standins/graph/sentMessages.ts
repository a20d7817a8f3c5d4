export interface SentMessage {
  readonly platform: 'MESSENGER' | 'INSTAGRAM' | 'WHATSAPP';
  /** The page, the Instagram account, the phone number id. */
  readonly accountId: string;
  readonly to: string;
  /** `mid` or `wamid`. */
  readonly id: string;
  /** `text`, or what kind of file. */
  readonly type: string;
  /** Of a file: its caption. */
  readonly text: string | null;
  readonly url: string | null;
  readonly replyTo: string | null;
  readonly tag: string | null;
  /** What the sender gave along for itself. */
  readonly reference: string | null;
  readonly at: string;
}

/** Something that was shown to a person and is no message. */
export interface SentSignal {
  readonly accountId: string;
  /** A person, or on WhatsApp their message. */
  readonly to: string;
  readonly action: 'typing_on' | 'typing_off' | 'mark_seen' | 'read' | 'read_and_typing';
}

const MAX_KEPT = 10_000;

/** Adds to the end of a list that keeps the newest only: a demo may run for days. */
export function keepNewest<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_KEPT) list.splice(0, list.length - MAX_KEPT);
}
