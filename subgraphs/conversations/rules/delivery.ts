import type { DeliveryStatus } from '#schema/events/values.ts';

const progress: readonly DeliveryStatus[] = ['QUEUED', 'SENT', 'DELIVERED', 'READ'];

/**
 * Whether a report moves a message on. Reports come late, twice and out of order: nothing goes back, and what a platform
 * once took has not failed.
 */
export function advances(from: DeliveryStatus, to: DeliveryStatus): boolean {
  if (to === 'FAILED') return from === 'QUEUED';
  return progress.includes(from) && progress.indexOf(to) > progress.indexOf(from);
}
