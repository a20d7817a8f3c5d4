import { Migration } from '@mikro-orm/migrations';
import { splitWords, type Execute } from './splitWords.ts';

const details = `update conversations.contacts set
  detail_words = array(select regexp_replace(word, '(.)$', '.\\1') from unnest(detail_words) word)`;

/** Words are kept so that a word and what begins with it are two places of the index (text/searchWords.ts). */
export class WordEnds extends Migration {
  override async up(): Promise<void> {
    const execute: Execute = async (statement, values = []) => this.execute(statement, [...values]);
    await splitWords(execute, 'messages', 'text');
    await execute(details);
    await splitWords(execute, 'contacts', 'name');
    await execute(`update conversations.contacts set search = search || array_to_tsvector(detail_words)`);
  }
}
