import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './publicAddress.ts';

describe('an address of the open internet', () => {
  it.each(['8.8.8.8', '1.1.1.1', '149.154.167.220', '2001:4860:4860::8888', '2a03:2880::1', '::ffff:8.8.8.8'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine', '127.255.255.254'],
    ['this machine', '::1'],
    ['any address of this machine', '0.0.0.0'],
    ['any address of this machine', '::'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.16.0.1'],
    ['a private network', '172.31.255.255'],
    ['a private network', '192.168.1.1'],
    ['a private network', 'fd12:3456::1'],
    ['a private network', 'fec0::1'],
    ['a provider’s network', '100.64.0.1'],
    ['the metadata of a cloud', '169.254.169.254'],
    ['the metadata of a cloud', 'fd00:ec2::254'],
    ['the metadata of a cloud', '100.100.100.200'],
    ['the metadata of a cloud', '192.0.0.192'],
    ['the metadata of a cloud', '168.63.129.16'],
    ['a link', 'fe80::1'],
    ['a link', 'fe80::1%eth0'],
    ['a group', '224.0.0.1'],
    ['a group', 'ff02::1'],
    ['everybody', '255.255.255.255'],
    ['documentation', '192.0.2.1'],
    ['documentation', '2001:db8::1'],
    ['measurement', '198.18.0.1'],
    ['what is reserved', '240.0.0.1'],
    ['IPv4 within IPv6', '::ffff:127.0.0.1'],
    ['IPv4 within IPv6', '::ffff:a9fe:a9fe'],
    ['IPv4 within IPv6', '::127.0.0.1'],
    ['IPv4 within IPv6', '::7f00:1'],
    ['a translator', '64:ff9b::a9fe:a9fe'],
    ['a translator', '64:ff9b:1::10.0.0.1'],
    ['a translator', '::ffff:0:10.0.0.1'],
    ['a tunnel', '2002:7f00:1::'],
    ['a tunnel', '2001:0:7f00:1::1'],
    ['nothing', 'localhost'],
    ['nothing', ''],
  ])('is not that of %s: %s', (_whose, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('is none outside of 2000::/3, and none in a private network, whichever it is', () => {
    const byte = fc.nat(255);
    const outside = fc
      .tuple(
        fc.nat(0xffff).filter((first) => first >> 13 !== 1),
        fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 }),
      )
      // Those that stand for an IPv4 address are judged as that.
      .filter(([first, rest]) => !(first === 0 && rest.slice(0, 4).every((group) => group === 0)))
      .map(([first, rest]) => [first, ...rest].map((group) => group.toString(16)).join(':'));
    const inside = fc
      .tuple(fc.constantFrom('10', '127', '0', '169.254', '192.168', '224', '255'), byte, byte, byte)
      .map(([first, ...rest]) => [first, ...rest].join('.').split('.').slice(0, 4).join('.'))
      .chain((address) => fc.constantFrom(address, `::ffff:${address}`, `64:ff9b::${address}`, `::${address}`));
    fc.assert(
      fc.property(fc.oneof(outside, inside), (address) => {
        expect(isPublicAddress(address)).toBe(false);
      }),
    );
  });
});
