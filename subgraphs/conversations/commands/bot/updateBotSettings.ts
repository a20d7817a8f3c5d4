import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { botSettings, type BotSettings } from '../../queries/botSettings.ts';
import { isTimeZone, problemOfHours } from '../../rules/botHours.ts';
import {
  refuse,
  refuseIfOutdated,
  writeAsAgent,
  type AgentTransaction,
  type Outcome,
  type Refusal,
} from '../asAgent.ts';
import { audit } from '../audit.ts';

type Settings = Omit<BotSettings, 'version'>;

/** What is undefined or null stays. */
export type BotSettingsInput = { readonly [Field in keyof Settings]?: Settings[Field] | null | undefined } & {
  readonly expectedVersion?: number | null | undefined;
};

const MAX_NAME = 50;
const MAX_WORDS = 100;
const MAX_WORD = 100;
const MAX_CHANNELS = 100;
const MAX_HOURS = 50;
/** In seconds: less than a model may take, and a day. */
const PATIENCE = { least: 10, most: 24 * 60 * 60 };

/** Changes how the company's bot works, from the next message of a contact on. */
export async function updateBotSettings(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: BotSettingsInput,
): Promise<Outcome<{ version: number }>> {
  return writeAsAgent(database, identity, 'settings:change', async (transaction) => {
    const { sql, companyId } = transaction;
    // Two who change at once: the second waits here and sees what the first has left.
    await sql`insert into conversations.bot_settings (company_id) values (${companyId}) on conflict do nothing`;
    await sql`select from conversations.bot_settings where company_id = ${companyId} for update`;
    const { version, ...before } = await botSettings(sql, companyId);
    const outdated = refuseIfOutdated('The settings have', version, input.expectedVersion);
    if (outdated) return outdated;
    const after = merged(before, input);
    const refusal = problemOf(after) ?? (await refuseUnknownChannels(transaction, before, after));
    if (refusal) return refusal;
    if (JSON.stringify(after) === JSON.stringify(before)) return { version };
    await sql`
      update conversations.bot_settings set enabled = ${after.enabled}, channel_ids = ${after.channelIds}::uuid[],
        name = ${after.name}, hand_over_words = ${after.handOverWords}::text[],
        hours = ${JSON.stringify(after.hours)}::jsonb, time_zone = ${after.timeZone},
        answers_outside_hours = ${after.answersOutsideHours},
        hand_over_after_seconds = ${after.handOverAfterSeconds}, version = version + 1
      where company_id = ${companyId}`;
    const subject = { kind: 'botSettings', id: companyId };
    await audit(transaction, { action: 'botSettings.updated', subject, before: { ...before }, after: { ...after } });
    return { version: version + 1 };
  });
}

function merged(before: Settings, input: BotSettingsInput): Settings {
  return {
    enabled: input.enabled ?? before.enabled,
    channelIds: [...new Set((input.channelIds ?? before.channelIds).map((id) => id.toLowerCase()))],
    name: (input.name ?? before.name).trim(),
    handOverWords: [...new Set((input.handOverWords ?? before.handOverWords).map((word) => word.trim()))],
    hours: (input.hours ?? before.hours).map(({ day, from, to }) => ({ day, from, to })),
    timeZone: input.timeZone ?? before.timeZone,
    answersOutsideHours: input.answersOutsideHours ?? before.answersOutsideHours,
    handOverAfterSeconds: input.handOverAfterSeconds ?? before.handOverAfterSeconds,
  };
}

function problemOf({
  name,
  handOverWords,
  hours,
  timeZone,
  channelIds,
  handOverAfterSeconds,
}: Settings): Refusal | undefined {
  if (name === '' || name.length > MAX_NAME || name.includes('\0')) {
    return refuse('INVALID', `A name has 1 to ${MAX_NAME} characters.`, 'name');
  }
  if (handOverWords.length > MAX_WORDS || handOverWords.some((word) => !isWord(word))) {
    return refuse(
      'INVALID',
      `At most ${MAX_WORDS} words or phrases, each with a letter or digit and at most ${MAX_WORD} characters.`,
      'handOverWords',
    );
  }
  const wrong = hours.length > MAX_HOURS ? `At most ${MAX_HOURS} stretches of hours.` : problemOfHours(hours);
  if (wrong !== undefined) return refuse('INVALID', wrong, 'hours');
  if (!isTimeZone(timeZone)) return refuse('INVALID', 'Give a time zone as `Europe/Berlin`.', 'timeZone');
  const { least, most } = PATIENCE;
  if (handOverAfterSeconds < least || handOverAfterSeconds > most) {
    return refuse('INVALID', `A contact waits for the bot for ${least} to ${most} seconds.`, 'handOverAfterSeconds');
  }
  if (channelIds.length > MAX_CHANNELS) return refuse('INVALID', `At most ${MAX_CHANNELS} channels.`, 'channelIds');
  return undefined;
}

/** Without a letter or digit it would be found in every message or in none. */
function isWord(word: string): boolean {
  return word.length <= MAX_WORD && /[\p{L}\p{N}]/u.test(word) && !word.includes('\0');
}

/** Of those that are new; one that was removed meanwhile does no harm. */
async function refuseUnknownChannels(
  { sql, companyId }: AgentTransaction,
  before: Settings,
  { channelIds }: Settings,
): Promise<Refusal | undefined> {
  const added = channelIds.filter((id) => !before.channelIds.includes(id));
  if (added.length === 0) return undefined;
  const unknown = refuse('NOT_FOUND', 'The company has no such channel.', 'channelIds');
  if (!added.every(isId)) return unknown;
  const known = await sql`
    select from conversations.channels where company_id = ${companyId} and id = any(${added}::uuid[])`;
  return known.length < added.length ? unknown : undefined;
}
