import type { DemoPlatform } from '#infra/embedded/demo/openChannels.ts';
import { demoPictures } from '#infra/embedded/demo/pictures.ts';
import type { Happening } from '#test/standins/telegram/receiving.ts';
import { demoCompany, type RunningPlatform } from './runningPlatform.ts';

/** A person, and what they do on one platform. Messages are named as the graph names them. */
export interface CustomerSide {
  readonly name: string;
  write(text: string, options?: { readonly picture?: Uint8Array; readonly at?: Date }): Promise<string>;
  edit(messageId: string, text: string): Promise<unknown>;
  react(messageId: string, emoji: string): Promise<unknown>;
  /** Null where the platform tells nobody. */
  readonly takeBack: ((messageId: string) => Promise<unknown>) | null;
  /** Lets somebody of the company answer them past our inbox; null where the platform tells nothing of it. */
  readonly answerPastUs: ((text: string) => Promise<string>) | null;
  /** What they got, oldest first. */
  got(): readonly string[];
}

/** What they send. */
export const picture = Buffer.concat(
  demoPictures()
    .slice(0, 1)
    .map(({ bytes }) => bytes),
);
let lastPerson = 49_170_000_000;

/** Somebody new on one of acme's accounts at Meta. */
function metaCustomer({ graph }: RunningPlatform, accountId: string, canTakeBack: boolean): CustomerSide {
  lastPerson += 1;
  const name = `Kim ${String(lastPerson)}`;
  const from = { id: String(lastPerson), name };
  const place = { accountId, from };
  return {
    name,
    write(text, { picture: bytes, at } = {}) {
      const file = bytes && {
        type: 'image' as const,
        ...graph.addFile({ name: 'a.png', mimeType: 'image/png', bytes }),
      };
      return graph.receive({ ...place, text, ...(file && { file }), ...(at && { at }) });
    },
    edit: (messageId, text) => graph.change({ ...place, kind: 'edit', messageId, text, revision: 1 }),
    react: (messageId, emoji) => graph.change({ ...place, kind: 'reaction', messageId, emoji }),
    takeBack: canTakeBack ? (messageId) => graph.change({ ...place, kind: 'unsend', messageId }) : null,
    answerPastUs: (text) => graph.writeInOwnInbox({ accountId, to: from.id, text }),
    got: () => graph.sent().flatMap(({ to, text }) => (to === from.id ? [text ?? ''] : [])),
  };
}

function telegramCustomer({ telegram }: RunningPlatform): CustomerSide {
  lastPerson += 1;
  const { botId } = demoCompany('acme').telegram;
  const name = `Kim ${String(lastPerson)}`;
  const from = { id: lastPerson, firstName: name };
  const numberIn = (messageId: string) => Number(messageId.split(':')[1]);
  const happen = (happening: Happening) => telegram.receive(botId, happening);
  return {
    name,
    async write(text, { picture: bytes } = {}) {
      const file = bytes && { medium: 'photo' as const, bytes, name: 'a.png', mimeType: 'image/png' };
      const { messageId } = await happen({ kind: 'message', from, text, ...(file && { file }) });
      return `${String(from.id)}:${String(messageId)}`;
    },
    edit: (messageId, text) => happen({ kind: 'edit', from, messageId: numberIn(messageId), text }),
    react: (messageId, emoji) => happen({ kind: 'reaction', from, messageId: numberIn(messageId), emoji }),
    takeBack: null,
    answerPastUs: null,
    got: () => telegram.sent().flatMap(({ chatId, text }) => (chatId === String(from.id) ? [text] : [])),
  };
}

/** Somebody new each time, on the platform of that name. */
export function customerOn(platform: RunningPlatform, name: DemoPlatform): CustomerSide {
  const { messenger, instagram, whatsapp } = demoCompany('acme');
  switch (name) {
    case 'MESSENGER':
      return metaCustomer(platform, messenger?.pageId ?? '', false);
    case 'INSTAGRAM':
      return metaCustomer(platform, instagram?.accountId ?? '', true);
    case 'WHATSAPP':
      return metaCustomer(platform, whatsapp?.phoneNumberId ?? '', true);
    case 'TELEGRAM':
      return telegramCustomer(platform);
  }
}
