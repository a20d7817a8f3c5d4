const SEQUENCE_BITS = 48n;

/** Where an event stands, comparable over all streams that ever were read: later streams have higher epochs. */
export function positionOf(epoch: number, sequence: number): bigint {
  return (BigInt(epoch) << SEQUENCE_BITS) | BigInt(sequence);
}

export function sequenceOf(position: bigint): number {
  return Number(BigInt.asUintN(Number(SEQUENCE_BITS), position));
}

export function epochOf(position: bigint): number {
  return Number(position >> SEQUENCE_BITS);
}
