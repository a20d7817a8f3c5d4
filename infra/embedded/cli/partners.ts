import { parseArgs } from 'node:util';
import { issueKey, type IssuedKey } from '#conversations/commands/partners/issueKey.ts';
import { revokeKey } from '#conversations/commands/partners/revokeKey.ts';
import { rotateKey } from '#conversations/commands/partners/rotateKey.ts';
import { partnerKeyPage } from '#conversations/queries/partnerKeys.ts';
import { pageRequest } from '#platform/graphql/connection.ts';
import type { RunningStack } from '../runningStack.ts';
import { runCommand } from './commandLine.ts';
import { managePartners, readScopes } from './partnerTools.ts';
import { companyIdOf, readOnce, withDatabase } from './withDatabase.ts';

const usage = `npm run --silent partners -- issue --partner NAME [--name TEXT] [--scopes conversations:read,contacts:read]
                                     [--requests PER_MINUTE] [--cost PER_MINUTE] [--days UNTIL_IT_ENDS]
npm run --silent partners -- list [--partner NAME]
npm run --silent partners -- rotate KEY_ID [--overlap-hours 24]
npm run --silent partners -- revoke KEY_ID
                                     each with [--company SLUG], acme unless said`;

const DAY_MS = 24 * 60 * 60 * 1_000;
const MOST_LISTED = 100;

await runCommand(async (stack) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      company: { type: 'string', default: 'acme' },
      partner: { type: 'string' },
      name: { type: 'string', default: 'key' },
      scopes: { type: 'string' },
      requests: { type: 'string' },
      cost: { type: 'string' },
      days: { type: 'string' },
      'overlap-hours': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [action, keyId = ''] = positionals;
  if (values.help || action === undefined) return usage;
  const companyId = await companyIdOf(stack, values.company);
  switch (action) {
    case 'issue': {
      const { partner, name } = values;
      if (partner === undefined) throw new Error(usage);
      const days = numberOf(values.days);
      return shown(
        await managePartners(stack, companyId, 'KEY', (transaction) =>
          issueKey(transaction, {
            partner,
            name,
            scopes: readScopes(values.scopes),
            requestsPerMinute: numberOf(values.requests),
            costPerMinute: numberOf(values.cost),
            expiresAt: days === undefined ? null : new Date(Date.now() + days * DAY_MS),
          }),
        ),
      );
    }
    case 'list':
      return listed(stack, companyId, values.partner);
    case 'rotate': {
      const overlapHours = numberOf(values['overlap-hours']);
      return shown(
        await managePartners(stack, companyId, 'KEY', (transaction) => rotateKey(transaction, { keyId, overlapHours })),
      );
    }
    case 'revoke': {
      const revoked = await managePartners(stack, companyId, 'KEY', (transaction) => revokeKey(transaction, { keyId }));
      return `${revoked.keyId} is worth nothing from now on`;
    }
    default:
      throw new Error(usage);
  }
});

/** To standard output the key alone, so that a program can take it. */
function shown({ keyId, text }: IssuedKey): string {
  process.stderr.write(`Key ${keyId}, shown this once:\n`);
  return text;
}

async function listed(stack: RunningStack, companyId: string, partner: string | undefined): Promise<string> {
  const page = pageRequest({ first: MOST_LISTED }, { default: MOST_LISTED, max: MOST_LISTED });
  const keys = await withDatabase(stack, 'conversations', (database) =>
    readOnce(database, companyId, (sql) => partnerKeyPage(sql, companyId, partner, page)),
  );
  return keys.length === 0 ? 'No keys.' : keys.map((key) => JSON.stringify(key)).join('\n');
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number)) throw new Error(`${text} is no whole number.`);
  return number;
}
