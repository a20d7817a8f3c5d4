import type { Citation } from '#schema/events/bot.ts';
import type { Question } from './question.ts';

/** A passage that was found, of a document that is still there. */
export interface Passage {
  readonly documentId: string;
  readonly title: string;
  /** The headings above it. */
  readonly heading: string;
  readonly text: string;
  /** Of the search: comparable within one search only. */
  readonly score: number;
}

/** What it took. */
export interface Work {
  /** `extractive`, or the model. */
  readonly model: string;
  readonly promptVersion: string | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Milliseconds that a model was waited for. */
  readonly modelMs: number;
  /** Why a model has no answer, or not one that could be said. */
  readonly problem?: string;
}

export interface Found {
  readonly kind: 'found';
  readonly text: string;
  readonly citations: readonly Citation[];
  /** From 0 to 1. */
  readonly confidence: number;
  readonly work: Work;
}

/** The passages do not say it, as far as this can tell; or it could not be asked. */
export interface NotFound {
  readonly kind: 'notFound';
  readonly reason: 'NOT_IN_KNOWLEDGE' | 'MODEL_FAILED';
  readonly confidence: number;
  readonly work: Work;
}

export type Answer = Found | NotFound;

/** Answers from passages and from nothing else. */
export interface Answerer {
  /**
   * @param options.companyId Whose budget it is.
   * @param options.onText Is told the text so far, as it comes and may be shown. What there is in the end decides.
   */
  answer(
    question: Question,
    passages: readonly Passage[],
    options: {
      readonly companyId: string;
      readonly signal: AbortSignal;
      readonly onText?: ((text: string) => void) | undefined;
    },
  ): Promise<Answer>;
}
