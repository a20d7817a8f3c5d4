/**
 * Where a message stands in its stream and among what its consumer was sent, and how many wait behind it, as the subject says by which it
 * could be acknowledged: the client reads more of it than is asked for here of each message.
 *
 * @param reply `$JS.ACK.<stream>.<consumer>.<times delivered>.<sequence>.<delivery>.<time>.<pending>`, with a domain and an account
 *   behind the second word where the server knows any.
 */
export function deliveryOf(reply: string): {
  readonly sequence: number;
  readonly delivery: number;
  readonly pending: number;
} {
  const words = reply.split('.');
  const first = words.length > WORDS ? 7 : 5;
  return { sequence: Number(words[first]), delivery: Number(words[first + 1]), pending: Number(words[first + 3]) };
}

const WORDS = 9;
