import { v7 } from 'uuid';
import { metaTarget, telegramTarget, type Target } from '#infra/embedded/demo/traffic.ts';
import type { BenchAccount } from '../channels/connectAccounts.ts';

/** One webhook, with the ids of the messages in it as the channels know them. */
export interface MixedWebhook {
  readonly target: Target;
  /** Of the webhook; the same when it is sent again. */
  readonly id: string;
  readonly messages: readonly string[];
  readonly body: string;
}

const PEOPLE = 5_000;
/** Meta gathers what happens within a moment. */
const MOST_IN_ONE_BODY = 4;

/** What the platforms send to a busy company: messages mostly, several in one body, and what is said about messages before. */
export function createMixedTraffic(baseUrl: string, accounts: readonly BenchAccount[], appSecret: string) {
  const meta = metaTarget(`${baseUrl}/webhooks/meta`, appSecret);
  let turn = 0;

  function telegram({ channelId, webhookSecret }: BenchAccount): MixedWebhook {
    const n = turn;
    const chat = 1_000_000 + (n % PEOPLE);
    const from = { id: chat, is_bot: false, first_name: 'Customer', language_code: 'en' };
    const message = {
      message_id: n,
      date: seconds(),
      chat: { ...from, type: 'private' },
      from,
      text: `message ${String(n)}`,
    };
    const target = telegramTarget(`${baseUrl}/webhooks/telegram/${channelId}`, webhookSecret);
    return webhook(target, [`${channelId} ${String(chat)}:${String(n)}`], { update_id: n, message });
  }

  function messaging(object: string, { channelId, externalId }: BenchAccount): MixedWebhook {
    const mids = several(() => `m_${v7()}`);
    const events = mids.map((mid, index) => {
      const sender = { id: String(7_000_000_000 + ((turn + index) % PEOPLE)) };
      const text = `message ${String(turn)}`;
      return { sender, recipient: { id: externalId }, timestamp: Date.now(), message: { mid, text } };
    });
    // Somebody read what was sent to them, which names no message.
    const read = { sender: { id: '7000000001' }, recipient: { id: externalId }, timestamp: Date.now() };
    const said = turn % 5 === 0 ? [{ ...read, read: { watermark: Date.now(), mid: mids[0] } }] : [];
    const entry = [{ id: externalId, time: Date.now(), messaging: [...events, ...said] }];
    return webhook(
      meta,
      mids.map((mid) => `${channelId} ${mid}`),
      { object, entry },
    );
  }

  function whatsapp({ channelId, externalId }: BenchAccount): MixedWebhook {
    const ids = several(() => `wamid.${v7()}`);
    const changes = ids.map((id, index) => {
      const person = String(49_150_000_000 + ((turn + index) % PEOPLE));
      const metadata = { display_phone_number: '4930123456', phone_number_id: externalId };
      const contacts = [{ profile: { name: 'Customer' }, wa_id: person }];
      const text = { body: `message ${String(turn)}` };
      const messages = [{ from: person, id, timestamp: String(seconds()), type: 'text', text }];
      return { field: 'messages', value: { messaging_product: 'whatsapp', metadata, contacts, messages } };
    });
    const entry = [{ id: '100000000000001', changes }];
    return webhook(
      meta,
      ids.map((id) => `${channelId} ${id}`),
      { object: 'whatsapp_business_account', entry },
    );
  }

  function several(make: () => string): string[] {
    // Nine and the number of accounts share no divisor: so it happens to each of them.
    const count = turn % 9 === 0 ? 2 + ((turn / 9) % (MOST_IN_ONE_BODY - 1)) : 1;
    return Array.from({ length: count }, make);
  }

  return {
    next(): MixedWebhook {
      turn += 1;
      const account = accounts[turn % accounts.length];
      if (!account) throw new RangeError('traffic needs an account to write to');
      switch (account.platform) {
        case 'TELEGRAM':
          return telegram(account);
        case 'MESSENGER':
          return messaging('page', account);
        case 'INSTAGRAM':
          return messaging('instagram', account);
        case 'WHATSAPP':
          return whatsapp(account);
      }
    },
  };
}

function webhook(target: Target, messages: readonly string[], body: object): MixedWebhook {
  return { target, id: v7(), messages, body: JSON.stringify(body) };
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
