import { createThrottle } from './throttle.ts';
import { createNewest, type Newest } from './newest.ts';
import type { Sink } from './subscriber.ts';
import type { Subscription } from './subscription.ts';

/** Answers about how things stand, which are asked for again and told again when they are others. */
export interface SharedAnswers {
  /**
   * Tells the sink the answer, and then each time that it has changed, until the function returned is called.
   *
   * @param key Equal for those who get the same answer: it is asked for and serialised once for all of them.
   */
  subscribe(key: string, subscription: Subscription, sink: Sink): () => void;
}

interface Group {
  readonly members: Map<Newest<Buffer>, Subscription>;
  /** What they were told last. */
  last: Buffer | undefined;
  leave(): void;
}

/** People do not read faster, and a busy company would ask for nothing else. */
const PERIOD_MS = 1_000;

/**
 * @param options.answer What is so now; it must not reject.
 * @param options.listen Calls back when something may have changed. @returns ends it.
 */
export function createSharedAnswers(options: {
  readonly answer: (subscription: Subscription) => Promise<Buffer>;
  readonly listen: (subscription: Subscription, onChange: () => void) => () => void;
}): SharedAnswers {
  const { answer, listen } = options;
  const groups = new Map<string, Group>();

  function open(subscription: Subscription): Group {
    const throttle = createThrottle(PERIOD_MS, async () => {
      // Who opened the group may have gone.
      const [asker = subscription] = group.members.values();
      const payload = await answer(asker);
      if (group.last?.equals(payload)) return;
      group.last = payload;
      for (const member of group.members.keys()) member.offer(payload);
    });
    const deaf = listen(subscription, () => throttle.ask());
    const group: Group = {
      members: new Map(),
      last: undefined,
      leave() {
        deaf();
        throttle.stop();
      },
    };
    throttle.ask();
    return group;
  }

  return {
    subscribe(key, subscription, sink) {
      const group = groups.get(key) ?? open(subscription);
      groups.set(key, group);
      const member = createNewest<Buffer>({ sink, keyOf: () => 'answer', answer: async (payload) => payload });
      group.members.set(member, subscription);
      if (group.last !== undefined) member.offer(group.last);
      return () => {
        member.close();
        group.members.delete(member);
        if (group.members.size > 0) return;
        groups.delete(key);
        group.leave();
      };
    },
  };
}
