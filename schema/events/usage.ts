import { z } from 'zod';
import { id } from './values.ts';

const label = z.string().max(128);

/** That an operation was run: by which program, how it went, what it used. What its variables were is nobody's business. */
export const operationReport = z.object({
  id,
  companyId: id,
  at: z.iso.datetime(),
  /** As its document has it; empty for one without. */
  name: label,
  type: z.enum(['query', 'mutation', 'subscription']),
  /** As the program calls itself (`apollographql-client-name`, `-version`); empty when it does not. */
  clientName: label,
  clientVersion: label,
  /** Empty for people, and for visitors. */
  partner: label,
  /** Of a subscription, until it ran. */
  durationMs: z.number().nonnegative(),
  /** As it was estimated. */
  cost: z.number().nonnegative(),
  errorCodes: z.array(label),
  /** `Conversation.number: Int!` for a field with its type, `Query.conversation(id: ID!)` for an argument with what was given; see `fieldsUsed`. */
  fields: z.array(z.string().max(512)),
  /** How many operations this one stands for: under load not all are told. */
  weight: z.int().positive(),
});
export type OperationReport = z.output<typeof operationReport>;

/** Reports travel together, over JetStream and not with the facts of companies: they are many, and losing one harms nobody. */
export const usageReports = z.object({ reports: z.array(operationReport) });
export const USAGE_SUBJECT = 'usage.operations';
