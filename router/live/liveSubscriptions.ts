import type { GraphQLError } from 'graphql';
import { v7 } from 'uuid';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { EntityQuestion } from '../execution/entityQuestion.ts';
import { answerOf, type Executor } from '../execution/executor.ts';
import { presentError } from '../graph/errors.ts';
import { OperationError } from '../operations/errors.ts';
import { encodePosition, type StreamPosition } from './cursor.ts';
import type { EventFeed } from './eventFeed.ts';
import type { EventStream, StreamEvent } from './eventStream.ts';
import type { LiveEvent } from './liveEvent.ts';
import type { LiveOperation } from './liveOperation.ts';
import { createGathering } from './gathering.ts';
import { createOrderedWork } from './orderedWork.ts';
import { replay } from './replay.ts';
import { createSubscriber, type Delivery, type Sink, type Subscriber } from './subscriber.ts';

export interface LiveSubscriptions {
  /** Delivers to the sink until it ends, by the function returned or by an error told to the sink. */
  subscribe(operation: LiveOperation, sink: Sink): () => void;
}

/** Subscribers who get the same answers: each event is executed and serialised once for all of them. */
interface Group {
  /** Each with what it asked for: as who. */
  readonly members: Map<Subscriber, LiveOperation>;
  /** The last of them has gone. */
  readonly leave: () => void;
}

/** An answer, for those among the members of a group whom an event is for. */
interface GroupDelivery extends Delivery {
  readonly occurredAt: string;
  readonly isFor: (live: LiveOperation) => boolean;
}

/** What the graph says when an answer was to be for others too, and who asks may see less than they. */
const VIEW_CHANGED = 'VIEW_CHANGED';

/** Events of one group that are executed at once, most of their fetches as one; their answers keep the events' order all the same. */
const CONCURRENCY = 64;

/**
 * @param options.bufferEvents how many events may wait, in a group to be executed and at a subscriber to be taken; who
 *   stays behind by more is ended with `SLOW_CONSUMER` and a cursor to resume from, or has its socket closed.
 */
export function createLiveSubscriptions(options: {
  readonly executor: Executor;
  readonly stream: EventStream;
  readonly feed: EventFeed;
  readonly bufferEvents: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): LiveSubscriptions {
  const { executor, stream, feed, bufferEvents, logger, metrics } = options;
  const gathering = createGathering({ metrics });
  const askForEntities = (question: EntityQuestion) => gathering.ask(question);
  const groups = new Map<string, Group>();
  const subscribers = metrics.gauge('switchboard_router_live_subscriptions', 'Live subscriptions');
  metrics.gauge('switchboard_router_live_groups', 'Groups of equal live subscriptions', [], (gauge) =>
    gauge.set(groups.size),
  );
  const deliveries = metrics.counter('switchboard_router_live_deliveries_total', 'Answers handed to subscribers', [
    'way',
  ]);
  const executions = metrics.counter(
    'switchboard_router_live_executions_total',
    'Events executed for a group or replay',
  );
  const serialised = metrics.counter(
    'switchboard_router_live_serialised_bytes_total',
    'Of answers to events, once for a group or replay',
  );
  const ended = metrics.counter('switchboard_router_live_failures_total', 'Subscriptions ended by the router', [
    'code',
  ]);
  const lag = metrics.histogram('switchboard_router_live_lag_seconds', 'From an event to its delivery');

  /** @returns undefined: as this identity it cannot be answered. */
  async function answer(
    live: LiveOperation,
    { sequence, event }: StreamEvent,
    { signal, identity = live.identity }: { readonly signal: AbortSignal; readonly identity?: LiveOperation['forAll'] },
  ): Promise<Delivery | undefined> {
    executions.inc();
    const cursor = encodePosition({ stream: feed.streamId, sequence });
    const value = live.toValue(event, cursor);
    const scope = { identity, requestId: v7(), event: { [live.field]: value }, askForEntities, leaving: () => signal };
    const result = await executor.execute(live.operation, live.variables, scope);
    if (identity === live.forAll && result.errors.some(({ extensions }) => extensions?.['code'] === VIEW_CHANGED)) {
      return undefined;
    }
    const payload = Buffer.from(answerOf(result));
    serialised.inc(payload.length);
    return { sequence, cursor, payload };
  }

  /**
   * Executed once, as any of those whom it is for. Who may see less by now than the others is none of them any more: what they are
   * told of a limit may come a moment later than the graph knows it.
   */
  async function answerForAll(
    members: Group['members'],
    event: StreamEvent,
    { isFor, signal }: { readonly isFor: GroupDelivery['isFor']; readonly signal: AbortSignal },
  ): Promise<Delivery | undefined> {
    for (const [member, live] of members) {
      if (!isFor(live)) continue;
      const delivery = await answer(live, event, { signal, identity: live.forAll });
      if (delivery) return delivery;
      member.fail(OperationError.viewChanged());
    }
    return undefined;
  }

  function openGroup(first: LiveOperation): Group {
    const members: Group['members'] = new Map();
    const over = new AbortController();
    const each = (tell: (member: Subscriber) => void) => {
      for (const member of members.keys()) tell(member);
    };
    const work = createOrderedWork<GroupDelivery | undefined>({
      concurrency: CONCURRENCY,
      deliver(delivery) {
        if (!delivery) return;
        let count = 0;
        for (const [member, live] of members) {
          if (!delivery.isFor(live)) continue;
          member.offer(delivery);
          count += 1;
        }
        deliveries.inc({ way: 'live' }, count);
        lag.observe((Date.now() - Date.parse(delivery.occurredAt)) / 1_000);
      },
      onError: (error) => each((member) => member.fail(presented(error))),
    });

    /** Whom of the members an event is for; undefined: for nobody. */
    function audienceOf(event: LiveEvent): GroupDelivery['isFor'] | undefined {
      if (first.onlyFor?.(event) === undefined) return first.wants(event) ? () => true : undefined;
      const isFor = (live: LiveOperation) => live.wants(event);
      return [...members.values()].some(isFor) ? isFor : undefined;
    }

    const deafen = feed.listen(first.identity.companyId, {
      onEvent(streamed) {
        const isFor = audienceOf(streamed.event);
        if (!isFor) return;
        if (work.size >= bufferEvents) return each((member) => member.overflow());
        work.add(async () => {
          // Those who waited for it may have gone meanwhile.
          const delivery = await answerForAll(members, streamed, { isFor, signal: over.signal });
          return delivery && { ...delivery, occurredAt: streamed.event.occurredAt, isFor };
        });
      },
      onGap: () => each((member) => member.fail(OperationError.cursorExpired())),
    });
    return {
      members,
      leave() {
        deafen();
        over.abort();
      },
    };
  }

  function join(live: LiveOperation, member: Subscriber): void {
    let group = groups.get(live.groupKey);
    if (!group) {
      group = openGroup(live);
      groups.set(live.groupKey, group);
    }
    group.members.set(member, live);
  }

  function part(live: LiveOperation, member: Subscriber): void {
    const group = groups.get(live.groupKey);
    if (!group?.members.delete(member) || group.members.size > 0) return;
    groups.delete(live.groupKey);
    group.leave();
  }

  /**
   * Missed events first: all there are, then, with live answers already held back, those that came in between. Whatever
   * is in both is recognised by its sequence, so nothing is lost or doubled at the seam.
   */
  async function catchUp(live: LiveOperation, member: Subscriber, after: StreamPosition): Promise<void> {
    const work = createOrderedWork<Delivery | undefined>({
      concurrency: CONCURRENCY,
      async deliver(delivery) {
        if (delivery) await member.replay(delivery);
        deliveries.inc({ way: 'replay' });
      },
      onError: (error) => member.fail(presented(error)),
    });
    async function replayAfter(sequence: number): Promise<number> {
      const end = await replay(stream, {
        companyId: live.identity.companyId,
        after: { stream: after.stream, sequence },
        most: live.mostMissed,
        async handle(missed) {
          if (!live.wants(missed.event)) return;
          await work.room();
          work.add(() => answer(live, missed, { signal: member.signal }));
        },
        signal: member.signal,
      });
      await work.idle();
      return end;
    }
    const before = await replayAfter(after.sequence);
    if (member.signal.aborted) return;
    join(live, member);
    member.caughtUp(await replayAfter(before));
  }

  function presented(error: unknown): GraphQLError {
    return error instanceof OperationError ? error : presentError(error, { logger });
  }

  return {
    subscribe(live, sink) {
      const { after } = live;
      const { streamId } = feed;
      const member = createSubscriber({
        sink: {
          ...sink,
          error(errors) {
            ended.inc({ code: String(errors[0]?.extensions['code']) });
            sink.error(errors);
          },
          fallBehind(error) {
            ended.inc({ code: String(error.extensions['code']) });
            sink.fallBehind(error);
          },
        },
        from: after?.sequence ?? feed.position,
        catchingUp: after !== undefined,
        limit: bufferEvents,
        cursorOf: (sequence) => encodePosition({ stream: streamId, sequence }),
        onEnd() {
          part(live, member);
          subscribers.dec();
        },
      });
      subscribers.inc();
      if (!after) join(live, member);
      else {
        catchUp(live, member, after).catch((error: unknown) => {
          if (!(error instanceof OperationError)) logger.warn({ err: error }, 'live: missed events could not be read');
          member.fail(error instanceof OperationError ? error : OperationError.eventsUnavailable());
        });
      }
      return () => member.close();
    },
  };
}
