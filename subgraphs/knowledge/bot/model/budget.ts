import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** What each company may spend on the model. */
export interface TokenBudget {
  /** Takes tokens of today's, or none of them when they are not there any more. */
  take(companyId: string, tokens: number): Promise<boolean>;
  /** Gives back what was taken and not used. */
  settle(companyId: string, tokens: { readonly taken: number; readonly used: number }): Promise<void>;
}

/** So many tokens a day (UTC), counted by all processes together. */
export function createTokenBudget(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly dailyTokens: number;
}): TokenBudget {
  const { database, dailyTokens } = options;
  return {
    async take(companyId, tokens) {
      return database.write(companyId, async ({ sql }) => {
        if (tokens > dailyTokens) return false;
        const taken = await sql`
          insert into knowledge.model_use as u (company_id, day, tokens)
          values (${companyId}, (now() at time zone 'UTC')::date, ${tokens})
          on conflict (company_id, day) do update set tokens = u.tokens + excluded.tokens
          where u.tokens + excluded.tokens <= ${dailyTokens}
          returning tokens`;
        return taken.length > 0;
      });
    },
    async settle(companyId, { taken, used }) {
      if (taken === used) return;
      await database.write(companyId, async ({ sql }) => {
        // What was taken before midnight is given back to today: a few tokens, and nobody has to remember the day.
        await sql`
          update knowledge.model_use set tokens = greatest(0, tokens + ${used - taken})
          where company_id = ${companyId} and day = (now() at time zone 'UTC')::date`;
      });
    },
  };
}
