import { z } from 'zod';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Executor } from '../../execution/executor.ts';
import { createNewest } from '../newest.ts';
import { signalAnswer } from '../signalAnswer.ts';
import type { SignalFeed } from '../signalFeed.ts';
import type { SignalSubscriptions } from '../signalSubscriptions.ts';

/** Of what knowledge tells of a company's documents, what and which it is about. What it says is asked of knowledge, as it is then. */
export const documentSignal = z.object({
  type: z.string(),
  data: z.union([z.object({ documentId: z.guid() }), z.object({ importId: z.guid() })]),
});
export type DocumentSignal = z.output<typeof documentSignal>;

/** What a field shows of them. */
interface Shown {
  /** Undefined: it is about something else. */
  readonly idOf: (signal: DocumentSignal) => string | undefined;
  /** @param isRemoved There is nothing any more that could be asked for. */
  readonly toValue: (id: string, isRemoved: boolean) => object;
}

const views: Readonly<Record<string, Shown>> = {
  documentUpdates: {
    idOf: ({ data }) => ('documentId' in data ? data.documentId : undefined),
    toValue: (documentId, isRemoved) => ({
      documentId,
      document: isRemoved ? null : { __typename: 'Document', id: documentId },
    }),
  },
  documentImportUpdates: {
    idOf: ({ data }) => ('importId' in data ? data.importId : undefined),
    toValue: (importId) => ({ importId, import: { __typename: 'DocumentImport', id: importId } }),
  },
};
/** The subscription fields. */
export const documentFields = Object.keys(views);

/**
 * How far documents and imports are on their way, by field: of each the newest alone, however many come in at once.
 */
export function createDocumentSubscriptions(options: {
  readonly executor: Executor;
  readonly feed: SignalFeed<DocumentSignal>;
  readonly metrics: Metrics;
}): [field: string, SignalSubscriptions][] {
  const { executor, feed, metrics } = options;
  const subscribers = metrics.gauge(
    'switchboard_router_document_subscriptions',
    'Subscriptions to documents and imports',
  );

  function subscribe(
    { idOf, toValue }: Shown,
    ...[subscription, sink]: Parameters<SignalSubscriptions['subscribe']>
  ): () => void {
    const { identity, args } = subscription;
    const wanted = typeof args['id'] === 'string' ? args['id'].toLowerCase() : undefined;
    const way = createNewest<{ readonly id: string; readonly isRemoved: boolean }>({
      sink,
      keyOf: ({ id }) => id,
      answer: ({ id, isRemoved }) => signalAnswer(executor, subscription, toValue(id, isRemoved)),
    });
    const leave = feed.listen(identity.companyId, (signal) => {
      const id = idOf(signal);
      if (id === undefined || (wanted !== undefined && wanted !== id)) return;
      way.offer({ id, isRemoved: signal.type === 'knowledge.document.removed' });
    });
    subscribers.inc();
    return () => {
      leave();
      way.close();
      subscribers.dec();
    };
  }

  return Object.entries(views).map(([field, shown]) => [
    field,
    { subscribe: async (...subscription) => subscribe(shown, ...subscription) },
  ]);
}
