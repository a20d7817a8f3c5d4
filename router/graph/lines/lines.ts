import { Exchange, type Patience } from './exchange.ts';
import { Line, type LineOptions, type LineOwner } from './line.ts';
import type { Reply } from './replyReader.ts';

/** The connections to one server. */
export interface Lines {
  /**
   * Sends a request on a connection of its own, as soon as there is one.
   *
   * @param request A whole one in HTTP/1.1, in Latin-1 when it is a text.
   * @throws ReplyError, what sockets throw, or an Error when it was given up.
   */
  exchange(request: string | Buffer, patience: Patience): Promise<Reply>;
  /** Ends all of them, whatever is under way. */
  close(): void;
}

/**
 * A router makes ten thousands of small requests a second. A client for any server takes twice as long for each of them as this,
 * which knows requests that are there as a whole, replies that are wanted as text, and one exchange at a time on a connection.
 */
export function createLines({ connections, ...options }: LineOptions & { readonly connections: number }): Lines {
  const open = new Set<Line>();
  /** The one that was used last comes first, so that those that are not needed end. */
  const idle: Line[] = [];
  const waiting: Exchange[] = [];
  let isClosed = false;

  const owner: LineOwner = {
    onFree(line) {
      const next = nextWaiting();
      if (next) line.send(next);
      else idle.push(line);
    },
    onClosed(line) {
      open.delete(line);
      const at = idle.indexOf(line);
      if (at >= 0) idle.splice(at, 1);
      const next = isClosed ? undefined : nextWaiting();
      if (next) start(next);
    },
  };

  function start(exchange: Exchange): void {
    const line = takeIdle() ?? (open.size < connections ? openLine() : undefined);
    if (line) line.send(exchange);
    else waiting.push(exchange);
  }

  function nextWaiting(): Exchange | undefined {
    let next = waiting.shift();
    while (next?.isOver) next = waiting.shift();
    return next;
  }

  function takeIdle(): Line | undefined {
    for (let line = idle.pop(); line; line = idle.pop()) {
      if (line.isUsable) return line;
      line.close();
    }
    return undefined;
  }

  function openLine(): Line {
    const line = new Line(options, owner);
    open.add(line);
    return line;
  }

  return {
    exchange: (request, patience) =>
      new Promise((resolve, reject) => {
        const exchange = new Exchange(request, patience, { resolve, reject });
        if (isClosed) exchange.fail(new Error('the connections to this server are closed'));
        if (!exchange.isOver) start(exchange);
      }),
    close() {
      isClosed = true;
      for (const line of open) line.close();
      for (const exchange of waiting.splice(0)) exchange.fail(new Error('the connections to this server are closed'));
    },
  };
}
