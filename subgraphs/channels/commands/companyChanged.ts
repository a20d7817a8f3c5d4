import type { Actor, NewEvent } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { BusinessHours } from '#schema/events/values.ts';

/** Tells the other contexts of a company as it is now. */
export function companyChanged(
  {
    name,
    timeZone,
    businessHours,
  }: { readonly name: string; readonly timeZone: string; readonly businessHours: BusinessHours | null },
  actor: Actor,
): NewEvent<SwitchboardCatalogue> {
  return { type: 'channel.company.changed', actor, data: { name, timeZone, businessHours } };
}
