import type { DeliveryStatus } from '#schema/events/values.ts';

const progress: readonly DeliveryStatus[] = ['QUEUED', 'SENT', 'DELIVERED', 'READ'];

/**
 * Whether a report moves a message on. Reports come late, twice and out of order: nothing goes back. A platform may take a
 * message and fail it afterwards, as long as it has not arrived; and what was given up because nobody knew may turn out to
 * have been sent. What failed is queued again by an agent and never by a report.
 */
export function advances(from: DeliveryStatus, to: DeliveryStatus): boolean {
  if (to === 'FAILED') return from === 'QUEUED' || from === 'SENT';
  if (from === 'FAILED') return progress.indexOf(to) > 0;
  return progress.includes(from) && progress.indexOf(to) > progress.indexOf(from);
}

/**
 * Where a failure is one of the two, the later report holds: one that was heard before, or is older than that, is about an
 * earlier try. Among the others the progress itself says which is later, whatever the clocks say.
 */
export function isOutdated(
  known: { readonly status: DeliveryStatus; readonly statusAt: Date | null },
  report: { readonly status: DeliveryStatus; readonly at: Date },
): boolean {
  const aboutFailure = known.status === 'FAILED' || report.status === 'FAILED';
  return aboutFailure && known.statusAt !== null && report.at <= known.statusAt;
}
