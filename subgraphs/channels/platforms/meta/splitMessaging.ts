import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { accountId } from './envelope.ts';
import { accountIn, parties, type Parties } from './parties.ts';
import type { RoutedEvent, SplitItem } from './metaEvent.ts';

/** The entry of what the dashboard sends to try a webhook: of no account, so the event has to name it. */
const SAMPLE = '0';

/** A change that is an event of messaging in other wrapping, as the dashboard sends it. */
const wrapped = z.object({ value: z.looseObject({ recipient: z.looseObject({}) }) });

/** For pages and Instagram accounts: an item is an event. */
export function splitMessaging(platform: RoutedEvent['platform']): SplitItem {
  return (entryId, list, item) => {
    const event = list === 'changes' ? (wrapped.safeParse(item).data?.value ?? item) : item;
    // What is wrong with the parties is for the adapter to say.
    const named = parties.safeParse(event).data;
    const account = accountOf(entryId, named);
    return [{ platform, accountId: account, event: list === 'standby' ? marked(event) : event }];
  };
}

function accountOf(entryId: unknown, named: Parties | undefined): string {
  const id = accountId.safeParse(entryId === SAMPLE && named ? accountIn(named) : entryId);
  if (!id.success) throw Poison.because('no rule for an event that names no account');
  return id.data;
}

/** In one object with the event, for it goes on alone. */
function marked(event: unknown): unknown {
  return typeof event === 'object' && event !== null ? { ...event, standby: true } : event;
}
