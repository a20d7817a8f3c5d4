import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Identity } from '#platform/identity/identity.ts';
import { requestOrigin } from '#platform/http/requestOrigin.ts';
import { isZone } from '#platform/time/zones.ts';
import { weekdays, type BusinessHours } from '#schema/events/values.ts';
import { minutesOf } from '../clockTime.ts';
import { Company } from '../entities/company.ts';
import { adminOf } from './asAdmin.ts';
import type { ChannelTools } from './channelTools.ts';
import { companyChanged } from './companyChanged.ts';
import { invalid } from './inputFields.ts';
import { refuse, type Outcome } from './outcome.ts';

const time = z.string().transform((text, context) => {
  const minutes = minutesOf(text.trim());
  if (minutes !== undefined) return minutes;
  context.addIssue({ code: 'custom', message: 'A time of day looks like 09:00; 24:00 is the day’s end.' });
  return z.NEVER;
});

const openingHours = z
  .object({ day: z.enum(weekdays), opensAt: time, closesAt: time })
  .transform(({ day, opensAt: from, closesAt: to }) => ({ day, from, to }))
  .refine(({ from, to }) => from < to, {
    message: 'It closes after it opens; what goes on after midnight is the next day’s.',
    path: ['closesAt'],
  });

const fields = z.object({
  timeZone: z.string().trim().refine(isZone, 'This is no IANA time zone such as Europe/Berlin.').nullish(),
  businessHours: z
    .object({
      week: z.array(openingHours).max(50, 'A week has at most 50 opening hours.'),
      holidays: z
        .array(z.iso.date('A date looks like 2026-12-25.'))
        .max(500, 'There are at most 500 holidays: leave out those that are over.')
        .transform((dates) => [...new Set(dates)].toSorted()),
    })
    .nullish(),
});

/** What is undefined stays. What was measured by the hours of before stays as it was. */
export async function updateCompany(
  { database }: ChannelTools,
  identity: Identity,
  {
    expectedVersion,
    ...input
  }: { readonly expectedVersion?: number | null | undefined } & {
    readonly [field in keyof typeof fields.shape]?: unknown;
  },
): Promise<Outcome<{ companyId: string }>> {
  const { companyId, actor } = adminOf(identity);
  const given = fields.safeParse(input);
  if (!given.success) return invalid(given.error);
  const { timeZone, businessHours } = given.data;
  return database.write(companyId, async ({ em, publish }) => {
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const company = await em.findOneOrFail(Company, { id: companyId }, { lockMode });
    if (expectedVersion != null && expectedVersion !== company.version) {
      const message = `The company has been changed since: load it again, it is at version ${company.version}.`;
      return refuse('CONFLICT', message, 'expectedVersion');
    }
    const before = settingsOf(company);
    company.timeZone = timeZone ?? company.timeZone;
    if (businessHours !== undefined) company.businessHours = businessHours;
    const after = settingsOf(company);
    if (isDeepStrictEqual(before, after)) return { companyId };
    company.version += 1;
    publish(companyChanged(company, actor));
    const origin = requestOrigin() ?? null;
    publish({
      type: 'channel.audited',
      actor,
      data: { channelId: companyId, subjectKind: 'company', action: 'company.updated', before, after, origin },
    });
    return { companyId };
  });
}

function settingsOf({
  timeZone,
  businessHours,
}: {
  readonly timeZone: string;
  readonly businessHours: BusinessHours | null;
}) {
  return { timeZone, businessHours };
}
