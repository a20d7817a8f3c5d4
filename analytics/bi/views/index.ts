import { activities } from './activity.ts';
import { conversations, deliveries, events, messages, ratings } from './events.ts';
import { operations, queries } from './operations.ts';
import type { BiView } from './view.ts';

/** What the schema `bi` has. */
export const views: readonly BiView[] = [
  conversations,
  messages,
  deliveries,
  events,
  ratings,
  ...activities,
  operations,
  queries,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
