import ipaddr from 'ipaddr.js';

/** All that is handed out for the open internet of IPv6; everything else is for special ends, or wraps an IPv4 address. */
const globalUnicast = ipaddr.IPv6.parse('2000::');
/** An address as any other, but answered by the host of every virtual machine in Azure, credentials included. */
const AZURE_HOST = '168.63.129.16';

/**
 * Whether an IP address is one of the open internet: not of this machine, a private network, a link (where clouds keep their
 * metadata), a group, a documentation or transition range. IPv4 in IPv6 is what it stands for (`::ffff:10.0.0.1`); where a
 * translator stands between (NAT64, 6to4, Teredo), nobody knows what it reaches, so that is none.
 *
 * @param address as `net.isIP` knows it.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' ? parsed.toString() !== AZURE_HOST : parsed.match(globalUnicast, 3);
}
