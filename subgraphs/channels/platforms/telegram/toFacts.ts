import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { readEvent } from '../fields.ts';
import type { InboundChannel, InboundFact, ToFacts } from '../inbound.ts';
import { connectionFacts, deletionFacts } from './business.ts';
import { callbackFacts } from './callback.ts';
import { membershipFacts } from './membership.ts';
import { editFacts, messageFacts } from './messages.ts';
import { reactionFacts } from './reactions.ts';
import {
  businessConnectionSchema,
  callbackSchema,
  deletedMessagesSchema,
  memberUpdateSchema,
  messageSchema,
  reactionSchema,
} from './update.ts';

const WHAT = 'an update of Telegram';

type Rule = (channel: InboundChannel, value: unknown, updateId: number) => readonly InboundFact[];

function rule<Schema extends z.ZodType>(
  schema: Schema,
  facts: (channel: InboundChannel, value: z.output<Schema>, updateId: number) => readonly InboundFact[],
): Rule {
  return (channel, value, updateId) => facts(channel, readEvent(schema, value, WHAT), updateId);
}

const message = rule(messageSchema, messageFacts);
const edit = rule(messageSchema, editFacts);

const rules: ReadonlyMap<string, Rule> = new Map([
  ['message', message],
  ['edited_message', edit],
  ['channel_post', message],
  ['edited_channel_post', edit],
  ['business_connection', rule(businessConnectionSchema, connectionFacts)],
  ['business_message', message],
  ['edited_business_message', edit],
  ['deleted_business_messages', rule(deletedMessagesSchema, deletionFacts)],
  ['callback_query', rule(callbackSchema, callbackFacts)],
  ['my_chat_member', rule(memberUpdateSchema, membershipFacts)],
  ['message_reaction', rule(reactionSchema, reactionFacts)],
]);

const updateSchema = z.looseObject({ update_id: z.int() });

/**
 * Says an update of Telegram in our own words (https://core.telegram.org/bots/api#update; docs/platform-events/telegram.md).
 *
 * Nothing is dropped for its `update_id`: after a week without updates the next one is random, so that a smaller id may be
 * the newer update. It only tells edits within one second apart.
 */
export const telegramToFacts: ToFacts = (channel, event) => {
  const update = readEvent(updateSchema, event, WHAT);
  // Besides its id, an update has one field, named for what happened.
  const kind = Object.keys(update).find((key) => key !== 'update_id') ?? 'nothing';
  const found = rules.get(kind);
  if (!found) throw Poison.because(`no rule for updates of kind ${kind}`);
  return found(channel, update[kind], update.update_id);
};
