import type { Limit } from '#schema/visibility.ts';
import type { Sink } from './subscriber.ts';
import type { Subscription } from './subscription.ts';

/** Subscriptions to what nobody keeps. */
export interface SignalSubscriptions {
  /**
   * Tells the sink what is so and changes, until the function returned is called.
   *
   * @param limit What the subscriber may see; null: everything of the company.
   * @throws OperationError `FORBIDDEN` for who may not know.
   */
  subscribe(subscription: Subscription, sink: Sink, limit: Limit | null): Promise<() => void>;
}
