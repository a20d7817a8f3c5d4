import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { badUserInput } from '#platform/graphql/errors.ts';
import { cancelBulkJob } from '../commands/bulk/cancelBulkJob.ts';
import { changeConversations, MOST_CONVERSATIONS } from '../commands/bulk/changeConversations.ts';
import type { Outcome } from '../commands/asAgent.ts';
import type { Context } from '../context.ts';
import type {
  BulkJobResolvers,
  BulkResultResolvers,
  ChangeConversationsInput,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { bulkJobPage } from '../queries/bulkJobs.ts';
import { matchingIds } from '../queries/listConversations.ts';
import { cursorOf } from '../queries/keyset.ts';
import { pageLimits, present } from './pages.ts';

const resultLimits = { default: 100, max: MOST_CONVERSATIONS } as const;

export const bulkQuery = {
  bulkJob: (_parent, { id }, { loaders }) => loaders.bulkJob.load(id),
  bulkJobs: async (_parent, args, { read }) => {
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql, viewer) => bulkJobPage(sql, viewer, page));
    return connectionOf(rows, page, ({ createdAt, id }) => cursorOf(createdAt, id));
  },
} satisfies QueryResolvers;

export const bulkMutation = {
  changeConversations: async (_parent, { input }, context) => {
    const { change, idempotencyKey } = input;
    const { conversationIds, asked } = await selected(context, input);
    const job = { conversationIds, asked, change, idempotencyKey };
    return jobPayload(context, await context.run((database, identity) => changeConversations(database, identity, job)));
  },
  cancelBulkJob: async (_parent, { input }, context) =>
    jobPayload(context, await context.run((database, identity) => cancelBulkJob(database, identity, input))),
} satisfies MutationResolvers;

export const bulkJob: BulkJobResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.bulkJob.load(id),
  results: async ({ id: ownerId }, args, { loaders }) =>
    present(await loaders.bulkResults.load({ ownerId, page: pageRequest(args, resultLimits) }), 'a page'),
};

export const bulkResult: BulkResultResolvers = {
  conversation: ({ conversationId }, _args, { loaders }) => loaders.conversation.load(conversationId),
};

/** One more than a job takes says that it is too many. */
async function selected({ read }: Context, { conversationIds, filter }: ChangeConversationsInput) {
  if ((conversationIds == null) === (filter == null)) {
    throw badUserInput('Give either conversationIds or a filter', 'input.conversationIds');
  }
  if (conversationIds) return { conversationIds, asked: conversationIds };
  const matching = await read((sql, viewer) => matchingIds(sql, viewer, filter ?? {}, MOST_CONVERSATIONS + 1));
  return { conversationIds: matching, asked: filter };
}

async function jobPayload({ loaders }: Context, outcome: Outcome<{ readonly jobId: string }>) {
  if ('userErrors' in outcome) return { job: null, userErrors: outcome.userErrors };
  return { job: await loaders.bulkJob.load(outcome.jobId), userErrors: [] };
}
