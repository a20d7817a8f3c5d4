import { expect, test } from '@jest/globals';
import { deliveryOf } from './deliveryOf.ts';

test('where a message stands is read of what the server says, with a domain or without', () => {
  const is = { sequence: 12, delivery: 7, pending: 30 };
  expect(deliveryOf('$JS.ACK.EVENTS.sink.1.12.7.1773000000000000000.30')).toEqual(is);
  expect(deliveryOf('$JS.ACK._.account.EVENTS.sink.1.12.7.1773000000000000000.30')).toEqual(is);
  expect(deliveryOf('$JS.ACK.hub.account.EVENTS.sink.1.12.7.1773000000000000000.30.random')).toEqual(is);
});
