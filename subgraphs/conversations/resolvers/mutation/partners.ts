import { writeAsAgent, type AgentTransaction, type Outcome } from '../../commands/asAgent.ts';
import { issueKey, type IssuedKey } from '../../commands/partners/issueKey.ts';
import { revokeKey } from '../../commands/partners/revokeKey.ts';
import { rotateKey } from '../../commands/partners/rotateKey.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { partnerKeyById } from '../../queries/partnerKeys.ts';

export const partnerMutations = {
  issuePartnerKey: async (_parent, { input }, context) =>
    issuedPayload(context, await manage(context, (transaction) => issueKey(transaction, input))),

  rotatePartnerKey: async (_parent, { input }, context) =>
    issuedPayload(context, await manage(context, (transaction) => rotateKey(transaction, input))),

  revokePartnerKey: async (_parent, { input }, context) => {
    const outcome = await manage(context, (transaction) => revokeKey(transaction, input));
    if ('userErrors' in outcome) return { key: null, userErrors: outcome.userErrors };
    return { key: await keyOf(context, outcome), userErrors: [] };
  },
} satisfies MutationResolvers;

/** What routers remember of the company's keys is told to be old once the transaction has ended. */
async function manage<T extends object>(
  { run, tellPartners }: Context,
  work: (transaction: AgentTransaction) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const outcome = await run((database, identity) => writeAsAgent(database, identity, 'partners:manage', work));
  if (!('userErrors' in outcome)) tellPartners({ change: 'KEY' });
  return outcome;
}

async function issuedPayload(context: Context, outcome: Outcome<IssuedKey>) {
  if ('userErrors' in outcome) return { key: null, secret: null, userErrors: outcome.userErrors };
  return { key: await keyOf(context, outcome), secret: outcome.text, userErrors: [] };
}

async function keyOf({ read, viewer }: Context, { keyId }: { readonly keyId: string }) {
  return (await read((sql) => partnerKeyById(sql, viewer.companyId, keyId))) ?? null;
}
