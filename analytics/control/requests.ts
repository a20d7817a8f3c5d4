import { z } from 'zod';
import { planSchema } from '../retention/plans.ts';

/** Where operators' commands ask. Who may speak to NATS may ask: services and operators. */
export const CONTROL_SUBJECT = 'control.analytics';

/** Instants in UTC; up to, and without, `to`. */
const span = z
  .object({ from: z.iso.datetime(), to: z.iso.datetime() })
  .refine(({ from, to }) => from < to, { message: '--from lies before --to' });

export const controlRequest = z.discriminatedUnion('action', [
  /** Makes the rollups of the months that the span touches anew from the events. */
  z.object({ action: z.literal('rebuild'), span }),
  /** Counts events, figures and the stream against each other. */
  z.object({ action: z.literal('check'), span }),
  z.object({ action: z.literal('plan'), companyId: z.guid(), plan: planSchema }),
]);
export type ControlRequest = z.output<typeof controlRequest>;

/** What comes back: `ALIVE` and `PROGRESS` any number of times, then one of the others. */
export const controlAnswer = z.object({
  kind: z.enum(['ALIVE', 'PROGRESS', 'DONE', 'FAILED']),
  text: z.string(),
});
export type ControlAnswer = z.output<typeof controlAnswer>;
