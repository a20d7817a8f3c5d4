/** The supergraph and the router's configuration do not fit each other. */
export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: string;

  private constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  static subgraphWithoutUrl(name: string): RouterError {
    return new RouterError(
      'SUBGRAPH_WITHOUT_URL',
      `The supergraph has the subgraph "${name}", and nobody says where it runs: set ${name.toUpperCase()}_URL.`,
    );
  }

  static subscriptionWithoutPermission(field: string): RouterError {
    return new RouterError(
      'SUBSCRIPTION_WITHOUT_PERMISSION',
      `Nobody is permitted the subscription "${field}": enter who is, in router/operations/access.ts.`,
    );
  }

  static notOneSubject(subjects: readonly string[]): RouterError {
    return new RouterError(
      'NOT_ONE_SUBJECT',
      `Subscriptions are fed from one subject, and the supergraph names ${subjects.join(', ') || 'none'}: see @events and @signals.`,
    );
  }

  static otherSubject(now: string, then: string): RouterError {
    return new RouterError(
      'OTHER_SUBJECT',
      `Subscriptions are fed from ${now}, and the new supergraph names ${then}: start the router anew with it.`,
    );
  }

  static withoutAnswer(question: string): RouterError {
    return new RouterError(
      'QUESTION_NOT_VALID',
      `The router asks the graph ${question}, and the supergraph has no answer to that: leave in it what is asked.`,
    );
  }

  static unknownPolicy(policy: string, known: readonly string[]): RouterError {
    return new RouterError(
      'UNKNOWN_POLICY',
      `The supergraph has @policy "${policy}", which would be kept from everybody: take one of ${known.join(', ')}.`,
    );
  }

  static renamedFeature(feature: string, name: string): RouterError {
    return new RouterError(
      'RENAMED_FEATURE',
      `The supergraph calls @${feature} @${name}, by which the router does not know it: link it under its own name.`,
    );
  }
}
