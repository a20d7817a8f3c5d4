import { badUserInput } from '#platform/graphql/errors.ts';
import type { Context } from '../context.ts';
import type { OperationsReportResolvers } from '../generated/resolvers.ts';
import type { OperationGrouping } from '../queries/operations.ts';
import { spanBefore, type Span } from '../queries/segments.ts';

const MOST = 100;

export const OperationsReport: OperationsReportResolvers = {
  totals: ({ span }, _args, { identity, operations }) => operations.figures({ companyId: identity.companyId, span }),
  previousTotals: ({ span }, _args, { identity, operations }) =>
    operations.figures({ companyId: identity.companyId, span: spanBefore(span) }),
  byOperation: ({ span }, { first }, context) => groups(context, 'operation', span, first),
  byClient: ({ span }, { first }, context) => groups(context, 'client', span, first),
  byPartner: ({ span }, { first }, context) => groups(context, 'partner', span, first),
  byError: ({ span }, { first }, context) => groups(context, 'error', span, first),
};

function groups({ identity, operations }: Context, by: OperationGrouping, span: Span, first: number) {
  if (first < 1 || first > MOST) throw badUserInput(`A list has 1 to ${String(MOST)} entries`, 'first');
  return operations.groups({ companyId: identity.companyId, span, by, first });
}
