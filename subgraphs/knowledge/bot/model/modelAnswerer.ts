import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Answer, Answerer, Passage, Work } from '../answerer.ts';
import type { TokenBudget } from './budget.ts';
import { tokensIn, type ChatModel, type Completion } from './chatModel.ts';
import { checkAnswer } from './checkAnswer.ts';
import { createPieces } from './pieces.ts';
import { PROMPT_VERSION, promptOf } from './prompt.ts';

/** More passages cost more, and hide what matters. */
const PASSAGES = 6;

/**
 * Lets a model answer from the passages. Whatever goes wrong with it (no answer, no budget, an answer that cannot be vouched for)
 * leaves the question to people. After failures in a row the model is left alone for a while, and nobody waits for it.
 */
export function createModelAnswerer(options: {
  readonly model: ChatModel;
  readonly budget: TokenBudget;
  readonly logger: Logger;
}): Answerer {
  const { model, budget, logger } = options;
  const breaker = createCircuitBreaker();
  const { name } = model;

  async function complete(
    messages: ReturnType<typeof promptOf>,
    { companyId, signal, onText }: Parameters<Answerer['answer']>[2],
  ): Promise<Completion | 'NO_BUDGET' | 'RESTING' | 'FAILED'> {
    const estimate = messages.reduce((sum, { content }) => sum + tokensIn(content), model.maxTokens);
    if (breaker.enter(name) > 0) return 'RESTING';
    if (!(await budget.take(companyId, estimate))) {
      // The try that was let through has to report: the model has done nothing wrong.
      breaker.succeeded(name);
      return 'NO_BUDGET';
    }
    let used = 0;
    try {
      const completion = await model.complete(messages, { signal, onText });
      used = completion.promptTokens + completion.completionTokens;
      breaker.succeeded(name);
      return completion;
    } catch (error) {
      // Whoever goes away meanwhile has nothing to do with the model; what it has said by then was said.
      if (signal.aborted) used = estimate;
      else breaker.failed(name);
      signal.throwIfAborted();
      logger.warn({ err: error, companyId, model: name }, 'the model gave no answer: people answer instead');
      return 'FAILED';
    } finally {
      await budget.settle(companyId, { taken: estimate, used });
    }
  }

  return {
    async answer(question, passages, asked) {
      const given: readonly Passage[] = passages.slice(0, PASSAGES);
      const idle: Work = {
        model: name,
        promptVersion: PROMPT_VERSION,
        promptTokens: 0,
        completionTokens: 0,
        modelMs: 0,
      };
      if (given.length === 0) return { kind: 'notFound', reason: 'NOT_IN_KNOWLEDGE', confidence: 0, work: idle };
      const from = performance.now();
      const onText = asked.onText && createPieces(question, given, asked.onText);
      const completion = await complete(promptOf(question, given), { ...asked, onText });
      const work = { ...idle, modelMs: Math.round(performance.now() - from) };
      const failed = (problem: string): Answer => ({
        kind: 'notFound',
        reason: 'MODEL_FAILED',
        confidence: 0,
        work: { ...work, problem },
      });
      if (typeof completion === 'string') return failed(completion);
      const { promptTokens, completionTokens, stepsAside, text } = completion;
      const spent = { ...work, promptTokens, completionTokens };
      if (stepsAside) return { kind: 'notFound', reason: 'NOT_IN_KNOWLEDGE', confidence: 0, work: spent };
      const checked = checkAnswer(text, question, given);
      if (checked.kind === 'good') {
        return { kind: 'found', text: checked.text, citations: checked.citations, confidence: 1, work: spent };
      }
      logger.warn(
        { companyId: asked.companyId, problem: checked.problem },
        'what the model wanted to say is kept back',
      );
      return { ...failed(checked.problem), work: { ...spent, problem: checked.problem } };
    },
  };
}
