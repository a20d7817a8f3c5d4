import type { Sql } from '#platform/postgres/sql.ts';
import type { BotHours } from '../rules/botHours.ts';

/** How a company's bot works. */
export interface BotSettings {
  readonly enabled: boolean;
  /** Empty: all. */
  readonly channelIds: readonly string[];
  readonly name: string;
  readonly handOverWords: readonly string[];
  readonly hours: readonly BotHours[];
  readonly timeZone: string;
  readonly answersOutsideHours: boolean;
  /** How long a contact waits for the bot. */
  readonly handOverAfterSeconds: number;
  readonly version: number;
}

const untouched: BotSettings = {
  enabled: false,
  channelIds: [],
  name: 'Bot',
  handOverWords: [],
  hours: [],
  timeZone: 'UTC',
  answersOutsideHours: true,
  handOverAfterSeconds: 120,
  version: 1,
};

/** One row by its key; a company that has never changed anything has none, and no bot. */
export async function botSettings(sql: Sql, companyId: string): Promise<BotSettings> {
  const [settings = untouched] = await sql<BotSettings>`
    select enabled, channel_ids as "channelIds", name, hand_over_words as "handOverWords", hours,
      time_zone as "timeZone", answers_outside_hours as "answersOutsideHours",
      hand_over_after_seconds as "handOverAfterSeconds", version
    from conversations.bot_settings where company_id = ${companyId}`;
  return settings;
}

/** Whether the bot is who begins on this channel. */
export function beginsWithBot({ enabled, channelIds }: BotSettings, channelId: string): boolean {
  return enabled && (channelIds.length === 0 || channelIds.includes(channelId));
}
