import type { EntryList } from './envelope.ts';

/** One event, ready for the adapter of its platform. */
export interface RoutedEvent {
  readonly platform: 'MESSENGER' | 'INSTAGRAM' | 'WHATSAPP';
  /** The page, the Instagram account or the phone number; may stand in a NATS subject. */
  readonly accountId: string;
  readonly event: unknown;
}

/** What belongs to no account, to be parked: the webhook with nothing else in it, so that it can be replayed as one. */
export interface UnroutedEvent {
  readonly platform: null;
  readonly reason: string;
  readonly event: unknown;
}

export type MetaEvent = RoutedEvent | UnroutedEvent;

const objects = { MESSENGER: 'page', INSTAGRAM: 'instagram', WHATSAPP: 'whatsapp_business_account' } as const;

/** A webhook with nothing in it but this, so that what was parked can be replayed as it came. */
export function asWebhook(part: MetaEvent): unknown {
  if (part.platform === null) return part.event;
  const list = part.platform === 'WHATSAPP' ? 'changes' : 'messaging';
  return { object: objects[part.platform], entry: [{ id: part.accountId, [list]: [part.event] }] };
}

/** Takes one item of an entry apart. @throws Poison when it belongs to no account. */
export type SplitItem = (entryId: unknown, list: EntryList, item: unknown) => readonly RoutedEvent[];
