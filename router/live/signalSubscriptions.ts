import type { Sink } from './subscriber.ts';
import type { Subscription } from './subscription.ts';

/** Subscriptions to what nobody keeps. */
export interface SignalSubscriptions {
  /**
   * Tells the sink what is so and changes, until the function returned is called.
   *
   * @throws OperationError `FORBIDDEN` for who may not know.
   */
  subscribe(subscription: Subscription, sink: Sink): () => void;
}
