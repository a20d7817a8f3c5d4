import { stdin, stdout } from 'node:process';
import { json } from 'node:stream/consumers';
import { Session } from 'chdb';
import { z } from 'zod';

/**
 * ClickHouse's engine with users, in a process of its own: it reads them from a file when it starts, and whoever asks is `default`.
 * Statements come as a JSON array, and their answers go out as one.
 */
const [directory = '', config = ''] = process.argv.slice(2);
const connect = () => new Session(directory, { connectionArgs: [`--config-file=${config}`] });
const statements = z.array(z.string()).parse(await json(stdin));

// With the last connection the engine would end, and begin anew with the next.
const anchor = connect();
stdout.write(JSON.stringify(statements.map(answerTo)));
anchor.close();

/** By a connection of its own: the engine gives out what it had written of an answer that failed in front of the next one. */
function answerTo(statement: string): { readonly isError: boolean; readonly text: string } {
  const session = connect();
  try {
    return { isError: false, text: session.query(statement, 'TSV').slice(0, 5_000) };
  } catch (error) {
    return { isError: true, text: String(error).slice(0, 1_000) };
  } finally {
    session.close();
  }
}
