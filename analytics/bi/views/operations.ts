import { column, type BiView } from './view.ts';

const word = (name: string, comment: string) => column(name, 'String', comment, `CAST(${name}, 'String')`);

export const operations: BiView = {
  name: 'operations',
  comment:
    'What the company’s programs and partners asked of the graph. Under load a row stands for several: add up weight, and do not count rows.',
  source: 'analytics.operations FINAL',
  columns: [
    column('at', `DateTime64(3, 'UTC')`, 'When, in UTC.'),
    word('name', 'The operation’s name; empty for one without.'),
    word('type', 'query, mutation or subscription.'),
    word('client_name', 'As the program calls itself; empty when it does not.'),
    word('client_version', 'Its version.'),
    word('partner', 'The partner whose key it was; empty for people and their apps.'),
    column('duration_ms', 'Float32', 'How long it took, in milliseconds.'),
    column('cost', 'UInt32', 'What it cost of a key’s limit, as estimated.'),
    column(
      'error_codes',
      'Array(String)',
      'Codes of its errors; empty when it had none.',
      `CAST(error_codes, 'Array(String)')`,
    ),
    column('fields', 'Array(String)', 'Type.field: Type for each field that it used.', `CAST(fields, 'Array(String)')`),
    column('weight', 'UInt32', 'How many operations the row stands for.'),
  ],
};

export const queries: BiView = {
  name: 'queries',
  comment: 'Every statement that was sent with the company’s keys, without the values in it.',
  source: 'analytics.bi_queries',
  columns: [
    column('at', `DateTime64(3, 'UTC')`, 'When it came, in UTC.'),
    column('query_id', 'String', 'Its id, as the client gave it or as it was told.'),
    word('partner', 'Whose key it was.'),
    column('key_id', 'Nullable(UUID)', 'The key.'),
    word('client', 'As the program calls itself.'),
    column('statement', 'String', 'The statement as it came, with ? in place of each value.'),
    word('format', 'The format of its answer.'),
    column('duration_ms', 'UInt32', 'How long it took, in milliseconds.'),
    column('result_bytes', 'UInt64', 'How long its answer was, before compression.'),
    column('exception_code', 'Int32', 'Why it failed, as ClickHouse numbers it; 0 when it did not.'),
    column('exception', 'String', 'The same by its name; empty when it did not.'),
  ],
};
