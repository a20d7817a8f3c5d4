import { messageCreated } from '#channels/testing/messageCreated.ts';
import { v7 } from 'uuid';
import type { EventBus } from '#platform/events/bus.ts';
import { createEvent } from '#platform/events/catalogue.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import type { BenchAccount } from '../channels/connectAccounts.ts';

/** A message that an agent wrote. */
export interface Written {
  readonly account: BenchAccount;
  readonly messageId: string;
  /** Nobody else has it. */
  readonly text: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Messages that one account is to send. */
export interface Load {
  readonly account: BenchAccount;
  readonly count: number;
  readonly perSecond: number;
}

const MESSAGES_IN_A_CONVERSATION = 4;
/** Told side by side, as a relay does. */
const BATCH = 200;
const TICK_MS = 20;

/** Writes messages as conversations tells them, each account's spread over conversations of four. */
export function createWriter(bus: EventBus) {
  let people = 0;
  let texts = 0;

  function conversationsOf({ account, count }: Load) {
    const conversations = Array.from({ length: Math.ceil(count / MESSAGES_IN_A_CONVERSATION) }, () => {
      people += 1;
      return { conversationId: v7(), to: String(7_000_000_000 + people) };
    });
    return { account, conversations };
  }

  return {
    /** Resolves when all are told: as fast as they can be, or each account's at its own pace. */
    async write(loads: readonly Load[]): Promise<Written[]> {
      const due = loads.flatMap((load) => {
        const { account, conversations } = conversationsOf(load);
        return Array.from({ length: load.count }, (_, index) => ({
          account,
          conversation: conversations[index % conversations.length],
          afterMs: (index / load.perSecond) * 1_000,
        }));
      });
      due.sort((a, b) => a.afterMs - b.afterMs);
      const written: Written[] = [];
      for (const startedAt = performance.now(); written.length < due.length;) {
        const passedMs = performance.now() - startedAt;
        const now = due.slice(written.length, written.length + BATCH).filter(({ afterMs }) => afterMs <= passedMs);
        const events = now.flatMap(({ account, conversation }) => {
          if (!conversation) return [];
          texts += 1;
          const { channelId, companyId } = account;
          const { conversationId, to } = conversation;
          const text = String(texts);
          const event = messageCreated({ channel: { id: channelId } }, conversationId, text, { chatId: to });
          written.push({ account, messageId: event.data.message.id, text, to, at: Date.now() });
          return [createEvent(catalogue, companyId, event)];
        });
        await bus.publish(events);
        if (now.length < BATCH) await pause(TICK_MS);
      }
      return written;
    },
  };
}
