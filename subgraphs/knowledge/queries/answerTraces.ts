import type { Sql } from '#platform/postgres/sql.ts';
import type { Step } from '../bot/createBot.ts';

/** How the bot came to say something. */
export interface TraceRow {
  readonly id: string;
  readonly question: string;
  readonly language: string;
  readonly outcome: 'ANSWERED' | 'HANDED_OVER';
  readonly reason: string | null;
  readonly confidence: number | null;
  readonly steps: readonly Step[];
  readonly askedAt: Date;
  readonly settledAt: Date;
}

/** Of messages, by their ids, which are those of the answers. */
export function tracesByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<TraceRow[]> {
  return sql<TraceRow>`
    select id, question, language, status as outcome, reason, confidence, steps, asked_at as "askedAt",
      settled_at as "settledAt"
    from knowledge.bot_answers
    where company_id = ${companyId} and id = any(${ids}::uuid[]) and status in ('ANSWERED', 'HANDED_OVER')`;
}
