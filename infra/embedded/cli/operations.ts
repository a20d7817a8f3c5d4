import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { publishOperations } from '#conversations/commands/partners/publishOperations.ts';
import { retireOperation } from '#conversations/commands/partners/retireOperation.ts';
import { leastCostPerMinute } from '#conversations/queries/partnerKeys.ts';
import { operationCallers, partnerOperations } from '#conversations/queries/partnerOperations.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { createSnapshot } from '#router/graph/snapshot.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import { readClientOperations } from '#schema/operations/clientOperations.ts';
import { buildManifest, readOperations, writeManifest } from '#schema/operations/manifest.ts';
import { examineOperations } from '../../operations/examineOperations.ts';
import { runCommand } from './commandLine.ts';
import { managePartners } from './partnerTools.ts';
import { companyIdOf, readOnce, withDatabase } from './withDatabase.ts';

const usage = `npm run --silent operations                                    writes the manifest of schema/operations/registered
npm run --silent operations -- publish FILE --partner NAME     Apollo's manifest, Relay's map or GraphQL
npm run --silent operations -- list --partner NAME
npm run --silent operations -- retire ID --partner NAME [--yes]
                                                               each with [--company SLUG], acme unless said`;

/** Who has called within that time still calls. */
const CALLING_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    company: { type: 'string', default: 'acme' },
    partner: { type: 'string' },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [action, subject = ''] = positionals;

if (action === undefined && !values.help) writeManifest(buildManifest(readOperations('registered')));
else {
  await runCommand(async (stack) => {
    const { partner } = values;
    if (values.help || partner === undefined || action === undefined) return usage;
    const companyId = await companyIdOf(stack, values.company);
    const ofConversations = <T>(query: (sql: Sql) => Promise<T>) =>
      withDatabase(stack, 'conversations', (database) => readOnce(database, companyId, query));
    switch (action) {
      case 'publish': {
        const operations = examineOperations(
          createSnapshot(readFileSync(supergraphFile, 'utf8')),
          readClientOperations(readFileSync(subject, 'utf8')),
          await ofConversations((sql) => leastCostPerMinute(sql, companyId, partner)),
        );
        const { published } = await managePartners(stack, companyId, 'OPERATIONS', (transaction) =>
          publishOperations(transaction, { partner, operations }),
        );
        const isNew = (id: string) => (published.includes(id) ? 'published' : 'was there');
        return operations
          .map(
            ({ id, name, cost, scopes }) =>
              `${isNew(id)} ${id} ${name}: costs ${String(cost)}, takes ${scopes.join(', ')}`,
          )
          .join('\n');
      }
      case 'list': {
        const all = await ofConversations((sql) => partnerOperations(sql, companyId, partner));
        return all.length === 0 ? 'No operations.' : all.map((one) => JSON.stringify(one)).join('\n');
      }
      case 'retire': {
        const since = new Date(Date.now() - CALLING_DAYS * DAY_MS);
        const callers = await ofConversations((sql) =>
          operationCallers(sql, { companyId, partner, id: subject, since }),
        );
        if (callers.length > 0 && !values.yes) {
          const lines = callers.map((caller) => JSON.stringify(caller)).join('\n');
          throw new Error(`Still called within ${String(CALLING_DAYS)} days; --yes retires it nevertheless:\n${lines}`);
        }
        const retired = await managePartners(stack, companyId, 'OPERATIONS', (transaction) =>
          retireOperation(transaction, { partner, id: subject }),
        );
        return `${retired.id} is answered no more`;
      }
      default:
        throw new Error(usage);
    }
  });
}
