import type { Accounts } from './accounts.ts';
import type { SentMessage } from './sentMessages.ts';
import { echoOf, receiptsOf, statusesOf, type WebhookEvent } from './webhookEvents.ts';
import { createWebhookPoster, type WebhookPoster } from './webhookPoster.ts';

export interface Telling {
  /** Where Meta's webhooks go. */
  readonly url: string;
  /** The company's own messages, as Meta repeats them. @default true */
  readonly echoes?: boolean;
  /** That messages were delivered and read. @default true */
  readonly receipts?: boolean;
  /** Before each of them. @default 0 // ms */
  readonly delayMs?: number;
}

export interface Teller {
  tell(telling: Telling): void;
  /** Tells what becomes of a message. Whoever does not take it goes without. */
  tellOf(message: SentMessage): void;
  /** Resolves when it was taken; rejects when it never was, or nobody is told of the account. */
  post(event: WebhookEvent): Promise<void>;
  postOnce(body: object): Promise<number>;
  stop(): Promise<void>;
}

interface TellerOptions {
  readonly accounts: Accounts;
  readonly appSecret: string;
  readonly appId: string;
}

/** Tells our app by webhook what happens at Meta, as far as it has subscribed to it. */
export function createTeller({ accounts, appSecret, appId }: TellerOptions): Teller {
  let told: { readonly telling: Telling; readonly poster: WebhookPoster } | undefined;

  /** An account on Instagram, or the page it is behind, subscribes to all or nothing: the fields are chosen for the app. */
  function isTold({ accountId, field }: WebhookEvent): boolean {
    const account = accounts.find(accountId);
    const isInstagram = account?.kind === 'instagram' || (account?.kind === 'page' && account.id !== accountId);
    return accounts.tells(accountId, isInstagram ? undefined : field);
  }

  function eventsOf(message: SentMessage, { echoes = true, receipts = true }: Telling): readonly WebhookEvent[] {
    const account = accounts.find(message.accountId);
    if (account?.kind === 'whatsapp') return receipts ? statusesOf(message, account) : [];
    return [...(echoes ? [echoOf(message, appId)] : []), ...(receipts ? receiptsOf(message) : [])];
  }

  async function stop(): Promise<void> {
    const stopping = told;
    told = undefined;
    await stopping?.poster.stop();
  }

  return {
    tell(telling) {
      void stop();
      told = { telling, poster: createWebhookPoster({ url: telling.url, appSecret }) };
    },
    tellOf(message) {
      if (!told) return;
      const { telling, poster } = told;
      const bodies = eventsOf(message, telling)
        .filter(isTold)
        .map(({ body }) => body);
      poster.post(bodies, { delayMs: telling.delayMs ?? 0 }).catch(() => undefined);
    },
    async post(event) {
      if (!told || !isTold(event)) {
        throw new Error(`nobody is told of ${event.accountId}: call tell, and subscribe the account`);
      }
      await told.poster.post([event.body]);
    },
    async postOnce(body) {
      if (!told) throw new Error('there is no address for webhooks: call tell first');
      return told.poster.postOnce(body);
    },
    stop,
  };
}
