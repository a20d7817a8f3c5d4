import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';

/** How long a company's figures go back. */
export interface Plan {
  /** Raw events: what figures can be made of anew, and SQL is asked of. */
  readonly eventsDays: number;
  /** Rollups: what dashboards read. */
  readonly figuresDays: number;
}

/** In the place of a company: the plan of those that have none of their own. Without it, what they have is kept. */
export const everybody = '00000000-0000-0000-0000-000000000000';

/** When goes what no plan lets go: the last day that ClickHouse's dates know, and the default of the tables' columns. */
export const NEVER = '2149-06-06';
const DAY_MS = 86_400_000;

/** What a plan may say. Less than a month of events, and one that the stream repeats would not be recognised any more. */
export const planSchema = z
  .object({ eventsDays: z.int().min(30).max(3_650), figuresDays: z.int().min(30).max(3_650) })
  .refine(({ eventsDays, figuresDays }) => figuresDays >= eventsDays, {
    message: 'figures are kept at least as long as the events that they count',
  });

/** By company; see {@link everybody}. */
export type Plans = ReadonlyMap<string, Plan>;

export function planOf(plans: Plans, companyId: string): Plan | undefined {
  return plans.get(companyId) ?? plans.get(everybody);
}

const limits = { seconds: 4, bytes: 1_000_000_000 };

export async function readPlans(client: ClickHouseClient): Promise<Plans> {
  const rows = await select(client, {
    name: 'plans',
    sql: 'SELECT company_id, events_days, figures_days FROM analytics.plans FINAL',
    limits,
    row: z.object({ company_id: z.string(), events_days: z.number(), figures_days: z.number() }),
  });
  return new Map(
    rows.map((row) => [row.company_id, { eventsDays: row.events_days, figuresDays: row.figures_days }] as const),
  );
}

const never = { expires_at: NEVER, figures_expire_at: NEVER };

/** When an event, and the figures that count it, go by its company's plan; as ClickHouse reads a date. */
export function expiryBy(plans: Plans) {
  const dates = new Map<string, string>();
  const dayAfter = (day: string, days: number): string => {
    const key = `${day}+${String(days)}`;
    let date = dates.get(key);
    if (date === undefined) {
      date = new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
      dates.set(key, date);
    }
    return date;
  };
  return ({ company_id: companyId, at }: { readonly company_id: string; readonly at: string }) => {
    const plan = planOf(plans, companyId);
    if (plan === undefined) return never;
    const day = at.slice(0, 10);
    return { expires_at: dayAfter(day, plan.eventsDays), figures_expire_at: dayAfter(day, plan.figuresDays) };
  };
}
