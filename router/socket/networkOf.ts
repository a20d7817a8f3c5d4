import ipaddr from 'ipaddr.js';

/** Of an IPv6 address the part that a provider gives to one customer, who has all that are below it. */
const CUSTOMER_BITS = 64;

/** What counts as one address: of IPv4 the address itself, also where it comes in the clothes of IPv6. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const bytes = parsed.toByteArray().map((byte, index) => (index < CUSTOMER_BITS / 8 ? byte : 0));
  return ipaddr.fromByteArray(bytes).toString();
}
