import { z } from 'zod';

/** https://developers.facebook.com/docs/graph-api/guides/error-handling; WhatsApp's webhooks tell of failures in it too. */
export const graphError = z.object({
  code: z.int(),
  error_subcode: z.int().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  is_transient: z.boolean().optional().catch(undefined),
  /** WhatsApp says here what it means. */
  error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
});
export type GraphError = z.output<typeof graphError>;

export const graphErrorBody = z.object({ error: graphError });
