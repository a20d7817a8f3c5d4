import type { ToldAccount } from '#test/standins/graph/accounts.ts';
import { changeEvent } from '#test/standins/graph/changes.ts';
import { inboundEvent, type Inbound } from '#test/standins/graph/customers.ts';
import { ownInboxEvents } from '#test/standins/graph/ownInbox.ts';
import type { WebhookEvent } from '#test/standins/graph/webhookEvents.ts';
import { escaped } from '#test/standins/graph/webhookPoster.ts';
import { corrected, createCast, type CastOptions, type Customers } from './cast.ts';
import { captions, emojis, quickReplies, shopWords } from './phrases.ts';

export type MetaPicture = Omit<NonNullable<Inbound['file']>, 'type'>;

/** Of messages. */
const PICTURES = 0.08;
const QUICK_REPLIES = 0.08;
const STORY_REPLIES = 0.1;
const REPLIES = 0.1;
/** Of what people wrote: changed by them at once, taken back, answered by the company in the platform's own inbox. */
const EDITS = 0.04;
const UNSENDS = 0.02;
const OWN_INBOX = 0.06;
const REACTIONS = 0.5;

const story = {
  id: '18040775032372871',
  url: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=18040775032372871',
};

/** People who write to an account at Meta. */
export function createMetaCustomers(
  options: CastOptions & {
    readonly account: ToldAccount;
    readonly pictures: readonly MetaPicture[];
  },
): Customers {
  const { account, pictures } = options;
  const cast = createCast(options);
  const lastIds = new Map<string, string>();
  type Content = Pick<Inbound, 'text' | 'file' | 'payload' | 'story' | 'replyTo'>;

  function contentOf(say: () => string, lastId: string | undefined): Content {
    if (pictures.length > 0 && cast.happens(PICTURES)) {
      // On WhatsApp alone a picture may have words below it.
      const text = account.kind === 'whatsapp' ? cast.pick(captions) : '';
      return { file: { type: 'image', ...cast.pick(pictures) }, ...(text && { text }) };
    }
    if (cast.happens(QUICK_REPLIES)) return cast.pick(quickReplies);
    if (account.kind === 'instagram' && cast.happens(STORY_REPLIES)) return { text: say(), story };
    if (lastId !== undefined && cast.happens(REPLIES)) return { text: say(), replyTo: lastId };
    return { text: say() };
  }

  function afterwards({ accountId, from, text, payload }: Inbound, messageId: string): readonly WebhookEvent[] {
    const own = { accountId, from, messageId };
    if (text && payload === undefined && cast.happens(EDITS)) {
      return [changeEvent(account, { ...own, kind: 'edit', text: corrected(text), revision: 1 })];
    }
    if (account.kind !== 'page' && cast.happens(UNSENDS)) return [changeEvent(account, { ...own, kind: 'unsend' })];
    return cast.happens(OWN_INBOX) ? answeredPastUs(accountId, from) : [];
  }

  function answeredPastUs(accountId: string, from: Inbound['from']): readonly WebhookEvent[] {
    const { id, event, receipts } = ownInboxEvents(account, { accountId, to: from.id, text: cast.pick(shopWords) });
    if (!cast.happens(REACTIONS)) return [event, ...receipts];
    const emoji = cast.pick(emojis);
    return [event, ...receipts, changeEvent(account, { accountId, from, messageId: id, kind: 'reaction', emoji })];
  }

  return {
    next() {
      const { person, say } = cast.next();
      const { id: personId, name } = person;
      const content = contentOf(say, lastIds.get(personId));
      const inbound = { accountId: account.id, from: { id: personId, name }, ...content };
      const { id, event } = inboundEvent(account, inbound);
      lastIds.set(personId, id);
      return {
        externalId: id,
        body: escaped(event.body),
        afterwards: afterwards(inbound, id).map(({ body }) => escaped(body)),
      };
    },
  };
}
