export const EVENT_STREAM = 'text/event-stream';

/** Whether a client would rather have a stream of events than any other answer, by its `Accept` header. */
export function prefersEventStream(accept: string | undefined): boolean {
  const [first] = (accept ?? '')
    .split(',')
    .map(readRange)
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  return first?.type === EVENT_STREAM;
}

function readRange(range: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}
