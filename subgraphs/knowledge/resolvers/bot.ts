import { z } from 'zod';
import { isPermitted } from '#platform/graphql/access.ts';
import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { badUserInput } from '#platform/graphql/errors.ts';
import type { Turn } from '#schema/events/bot.ts';
import { access } from '../access.ts';
import type { Passage } from '../bot/answerer.ts';
import type { Listener } from '../bot/createBot.ts';
import { questionOf, singleQuestion, type Question } from '../bot/question.ts';
import { answerQuestion, dismissQuestion } from '../commands/bot/answerQuestion.ts';
import type { Context } from '../context.ts';
import type {
  CitationResolvers,
  ConversationResolvers,
  MutationResolvers,
  QueryResolvers,
  UnansweredQuestionResolvers,
} from '../generated/resolvers.ts';
import { cursorOf, questionPage } from '../queries/unansweredQuestions.ts';

/** Another context's, as the router hands it on. */
export interface ConversationReference {
  readonly id: string;
  readonly recentTurns?: readonly Turn[];
}

const MAX_QUESTION = 1_000;

const guid = z.guid();

export const botQueries = {
  answer(_parent, { question: text }, context) {
    const question = questionIn(text);
    context.noteQuestion(question.query);
    return answerTo(context, question);
  },
  async answerInPieces(_parent, { question: text, answerId }, context) {
    if (!guid.safeParse(answerId).success) throw badUserInput('This is no id', 'answerId');
    const question = questionIn(text);
    const { tellOfAnswer, noteQuestion, loaders } = context;
    noteQuestion(question.query);
    let found: readonly Passage[] = [];
    const answer = await answerTo(context, question, {
      onPassages(passages) {
        found = passages;
        tellOfAnswer({
          kind: 'PASSAGES',
          answerId,
          passages: passages.map(({ title: _title, ...passage }) => passage),
        });
      },
      onText: (said) => tellOfAnswer({ kind: 'TEXT', answerId, text: said }),
    });
    const documents = await Promise.all(found.map(({ documentId }) => loaders.document.load(documentId)));
    const passages = found.flatMap(({ heading, text: passage, score }, i) => {
      const document = documents[i];
      return document ? [{ document, heading, text: passage, score }] : [];
    });
    return { passages, answer };
  },
  answerTrace: (_parent, { messageId }, { loaders }) => loaders.answerTrace.load(messageId),
  async unansweredQuestions(_parent, args, { identity, session }) {
    const page = pageRequest(args, { default: 25, max: 100 });
    const rows = await session.read((sql) => questionPage(sql, identity.companyId, page));
    return connectionOf(rows, page, cursorOf);
  },
} satisfies QueryResolvers;

export const botMutations = {
  answerQuestion: (_parent, { input }, { database, identity }) => answerQuestion(database, identity, input),
  dismissQuestion: (_parent, { input }, { database, identity }) => dismissQuestion(database, identity, input),
} satisfies MutationResolvers;

export const conversation: ConversationResolvers = {
  suggestedReply({ recentTurns = [] }, _args, context) {
    if (!isPermitted(access.permissions['knowledge:read'], context.identity)) return null;
    if (recentTurns.at(-1)?.author !== 'CONTACT') return null;
    const question = questionOf(recentTurns);
    return question ? answerTo(context, question) : null;
  },
};

export const citation: CitationResolvers = {
  document: ({ documentId }, _args, { loaders }) => loaders.document.load(documentId),
};

export const unansweredQuestion: UnansweredQuestionResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.unansweredQuestion.load(id),
};

function questionIn(text: string): Question {
  if (text.length > MAX_QUESTION) throw badUserInput(`A question has at most ${MAX_QUESTION} characters`, 'question');
  const question = singleQuestion(text);
  if (!question) throw badUserInput('Ask in words', 'question');
  return question;
}

async function answerTo(
  { bot, identity, signal }: Context,
  question: Question,
  listener: Pick<Listener, 'onPassages' | 'onText'> = {},
) {
  const answer = await bot.answer(identity.companyId, question, { signal, ...listener });
  const { language } = question;
  if (answer.kind === 'notFound') {
    return { text: null, confident: false, citations: [], language, reason: answer.reason };
  }
  return { text: answer.text, confident: true, citations: answer.citations, language, reason: null };
}
