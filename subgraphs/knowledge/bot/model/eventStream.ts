const DONE = '[DONE]';

/** The data of server-sent events, one after another, until the stream says that it is done or ends. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const data = dataOf(line);
      if (data === DONE) return;
      if (data !== undefined) yield data;
    }
  }
  const data = dataOf(rest);
  if (data !== undefined && data !== DONE) yield data;
}

function dataOf(line: string): string | undefined {
  return line.startsWith('data:') ? line.slice(5).trim() : undefined;
}
