import { expect, test } from '@jest/globals';
import { prefersEventStream } from './prefersEventStream.ts';

test.each([
  ['text/event-stream', true],
  ['Text/Event-Stream; charset=utf-8', true],
  ['text/event-stream, multipart/mixed', true],
  ['application/json;q=0.5, text/event-stream', true],
  ['application/graphql-response+json, application/json, text/event-stream, multipart/mixed', false],
  ['text/event-stream;q=0.5, application/json', false],
  ['text/event-stream;q=0', false],
  ['text/event-stream;q=nonsense', false],
  ['*/*', false],
  ['', false],
  [undefined, false],
])('who accepts %j is given a stream of events: %s', (accept, given) => {
  expect(prefersEventStream(accept)).toBe(given);
});
