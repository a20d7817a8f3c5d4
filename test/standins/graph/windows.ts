const HOUR_MS = 60 * 60 * 1_000;

/** Which rule lets a message out now. Somebody of whom nothing is known has just written, before this server was started. */
export function windowAt(lastInboundAt: number | undefined): 'STANDARD' | 'HUMAN_AGENT' | 'CLOSED' {
  const ageMs = Date.now() - (lastInboundAt ?? Date.now());
  if (ageMs <= 24 * HOUR_MS) return 'STANDARD';
  return ageMs <= 7 * 24 * HOUR_MS ? 'HUMAN_AGENT' : 'CLOSED';
}
