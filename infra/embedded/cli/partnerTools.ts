import type { Outcome } from '#conversations/commands/asAgent.ts';
import type { KeyTransaction } from '#conversations/commands/partners/issueKey.ts';
import { connectNats } from '#platform/events/nats.ts';
import { publishSignal } from '#platform/events/publishSignal.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { partnersSubject, type PartnersSignal } from '#schema/events/signals.ts';
import { scopesOfGraph } from '../../access/tables.ts';
import type { RunningStack } from '../runningStack.ts';
import { withDatabase } from './withDatabase.ts';

/** Those that are named; all that the graph has, where none are. @throws Error for one that there is not. */
export function readScopes(text: string | undefined): string[] {
  const known = scopesOfGraph();
  const scopes = text?.split(/[ ,]+/).filter((scope) => scope !== '') ?? known;
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined) throw new Error(`There is no scope '${unknown}': give some of ${known.join(', ')}.`);
  return scopes;
}

/**
 * One transaction about the partners of a company, in the name of the installation; what routers remember is old afterwards.
 *
 * @throws Error with what is wrong, as one sentence.
 */
export async function managePartners<T extends object>(
  stack: RunningStack,
  companyId: string,
  change: PartnersSignal['change'],
  work: (transaction: KeyTransaction) => Promise<Outcome<T>>,
): Promise<T> {
  const actor = { kind: 'system', id: 'operator' } as const;
  const outcome = await withDatabase(stack, 'conversations', (database) =>
    database.write(companyId, ({ sql }) => work({ sql, companyId, actor })),
  );
  if ('userErrors' in outcome) throw new Error(outcome.userErrors.map(({ message }) => message).join(' '));
  await tellRouters(stack, companyId, change);
  return outcome;
}

async function tellRouters(stack: RunningStack, companyId: string, change: PartnersSignal['change']): Promise<void> {
  const metrics = createMetrics({ service: 'commands' });
  const nats = connectNats({ url: stack.natsUrl, name: 'commands', logger, metrics });
  await nats.start();
  try {
    publishSignal(nats, partnersSubject(companyId), { change });
    await nats.connection.flush();
  } finally {
    await nats.stop();
  }
}
