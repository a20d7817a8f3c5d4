import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { agentByRole } from '#conversations/queries/agentByRole.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import { describeBreaks, findBreaks, readSchema, type FieldUsage } from '../../usage/checkSchema.ts';
import type { RunningStack } from '../runningStack.ts';
import { runCommand } from './commandLine.ts';
import { companyIdOf, readOnce, withDatabase } from './withDatabase.ts';

const usage = `npm run --silent schema:check -- FILE [--days 30] [--company SLUG]
FILE is a supergraph (schema/supergraph.graphql after "npm run compose") or the SDL that clients see.`;

const answer = z.object({
  data: z.object({
    fieldUsage: z.array(
      z.object({
        field: z.string(),
        operationName: z.string(),
        clientName: z.string(),
        partner: z.string(),
        calls: z.number(),
        lastUsedAt: z.string(),
      }),
    ),
  }),
});

await runCommand(async (stack) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      company: { type: 'string', default: 'acme' },
      days: { type: 'string', default: '30' },
      help: { type: 'boolean' },
    },
  });
  const [file] = positionals;
  if (values.help || file === undefined) return usage;
  const schema = readSchema(readFileSync(file, 'utf8'));
  const used = await usedFields(stack, values.company, Number(values.days));
  const breaks = findBreaks(schema, used);
  if (breaks.length > 0) throw new Error(describeBreaks(breaks));
  return `Nothing that ${values.company} has used within ${values.days} days breaks (${String(used.length)} uses).`;
});

/** As one of the company's administrators asks the graph. */
async function usedFields(stack: RunningStack, company: string, days: number): Promise<readonly FieldUsage[]> {
  const companyId = await companyIdOf(stack, company);
  const admin = await withDatabase(stack, 'conversations', (database) =>
    readOnce(database, companyId, (sql) => agentByRole(sql, companyId, 'ADMIN')),
  );
  if (!admin) throw new Error(`${company} has no administrator, in whose name its usage could be read.`);
  const token = await signBearerToken(
    { kind: 'agent', companyId, agentId: admin.id, role: 'ADMIN', scopes: [] },
    { ...bearerDefaults, secret: stack.tokenSecret, expiresInSeconds: 60 },
  );
  const response = await fetch(`${stack.publicUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: `query SchemaCheck($days: Int!) {
        fieldUsage(days: $days) { field operationName clientName partner calls lastUsedAt }
      }`,
      variables: { days },
    }),
  });
  const parsed = answer.safeParse(await response.json());
  if (!parsed.success) throw new Error('The graph does not tell what is in use: see whether analytics runs.');
  return parsed.data.data.fieldUsage;
}
