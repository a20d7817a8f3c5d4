import type { Identity } from '#platform/identity/identity.ts';
import type { Limit } from '#schema/visibility.ts';
import type { Variables } from '../operations/variables.ts';
import { bulkView } from './bulkView.ts';
import { chatView } from './chatView.ts';
import { contactView } from './contactView.ts';
import { draftView } from './draftView.ts';
import type { EventView } from './eventView.ts';
import { inboxView } from './inboxView.ts';
import { notificationView } from './notificationView.ts';
import { presenceView } from './presenceView.ts';

/** By subscription field (`@events`). */
export const eventViews: ReadonlyMap<string, (identity: Identity, args: Variables, limit: Limit | null) => EventView> =
  new Map([
    ['inboxUpdates', inboxView],
    ['conversationUpdates', inboxView],
    ['contactUpdates', contactView],
    ['presenceUpdates', presenceView],
    ['notificationUpdates', notificationView],
    ['bulkJobUpdates', bulkView],
    ['draftUpdates', draftView],
    ['chatUpdates', chatView],
  ]);
