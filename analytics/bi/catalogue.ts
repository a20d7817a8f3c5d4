import { aggregateNames, scalarNames } from './functions.ts';
import { quoteText } from './sql/quote.ts';
import { views } from './views/index.ts';

/**
 * What tools ask of the server at connecting, answered from what is known here: nothing of the server's own tables is read, which tell of
 * everybody. Each stands in a statement as a subquery of constants.
 */
export const catalogue: ReadonlyMap<string, string> = new Map([
  [
    'system.databases',
    rows(
      [
        ['name', 'String'],
        ['engine', 'String'],
        ['data_path', 'String', ''],
        ['metadata_path', 'String', ''],
        ['uuid', 'UUID', '00000000-0000-0000-0000-000000000000'],
        ['engine_full', 'String', ''],
        ['comment', 'String'],
      ],
      [
        ['bi', 'Atomic', 'What the company may read.'],
        ['system', 'Atomic', 'What there is to read.'],
      ],
    ),
  ],
  ['system.tables', tables()],
  ['system.columns', columns()],
  ['system.functions', functions()],
  [
    'system.settings',
    rows(
      [
        ['name', 'String'],
        ['value', 'String'],
        ['changed', 'UInt8', '0'],
        ['description', 'String'],
        ['readonly', 'UInt8', '1'],
        ['type', 'String'],
      ],
      [['readonly', '1', 'Nothing can be changed here.', 'UInt64']],
    ),
  ],
  ['system.one', rows([['dummy', 'UInt8']], [['0']])],
  [
    'information_schema.schemata',
    rows(
      [
        ['catalog_name', 'String', 'bi'],
        ['schema_name', 'String'],
        ['schema_owner', 'String', 'bi'],
      ],
      [['bi']],
    ),
  ],
  [
    'information_schema.tables',
    rows(
      [
        ['table_catalog', 'String', 'bi'],
        ['table_schema', 'String', 'bi'],
        ['table_name', 'String'],
        ['table_type', 'String', 'VIEW'],
        ['table_comment', 'String'],
      ],
      views.map(({ name, comment }) => [name, comment]),
    ),
  ],
  [
    'information_schema.columns',
    rows(
      [
        ['table_catalog', 'String', 'bi'],
        ['table_schema', 'String', 'bi'],
        ['table_name', 'String'],
        ['column_name', 'String'],
        ['ordinal_position', 'UInt64'],
        ['is_nullable', 'UInt8'],
        ['data_type', 'String'],
        ['column_comment', 'String'],
      ],
      views.flatMap(({ name, columns: all }) =>
        all.map((one, at) => [
          name,
          one.name,
          String(at + 1),
          one.type.startsWith('Nullable') ? '1' : '0',
          one.type,
          one.comment,
        ]),
      ),
    ),
  ],
]);

/** Upper case is how some tools write it. */
export const databases: readonly string[] = ['bi', 'system', 'information_schema'];

type CatalogueColumn = readonly [name: string, type: string, constant?: string];

function tables(): string {
  const none = (name: string): CatalogueColumn => [name, 'Nullable(UInt64)', '\\N'];
  return rows(
    [
      ['database', 'String', 'bi'],
      ['name', 'String'],
      ['table', 'String'],
      ['uuid', 'UUID', '00000000-0000-0000-0000-000000000000'],
      ['engine', 'String', 'View'],
      ['is_temporary', 'UInt8', '0'],
      ['data_paths', 'Array(String)', '[]'],
      ['metadata_path', 'String', ''],
      ['metadata_modification_time', 'DateTime', '1970-01-01 00:00:00'],
      ['dependencies_database', 'Array(String)', '[]'],
      ['dependencies_table', 'Array(String)', '[]'],
      ['create_table_query', 'String', ''],
      ['engine_full', 'String', ''],
      ['as_select', 'String', ''],
      ['partition_key', 'String', ''],
      ['sorting_key', 'String', ''],
      ['primary_key', 'String', ''],
      ['sampling_key', 'String', ''],
      ['storage_policy', 'String', ''],
      none('total_rows'),
      none('total_bytes'),
      none('lifetime_rows'),
      none('lifetime_bytes'),
      ['comment', 'String'],
      ['has_own_data', 'UInt8', '0'],
    ],
    views.map(({ name, comment }) => [name, name, comment]),
  );
}

function columns(): string {
  const none = (name: string): CatalogueColumn => [name, 'Nullable(UInt64)', '\\N'];
  const zero = (name: string, type: string): CatalogueColumn => [name, type, '0'];
  return rows(
    [
      ['database', 'String', 'bi'],
      ['table', 'String'],
      ['name', 'String'],
      ['column', 'String'],
      ['type', 'String'],
      ['position', 'UInt64'],
      ['comment', 'String'],
      ['default_kind', 'String', ''],
      ['default_expression', 'String', ''],
      zero('data_compressed_bytes', 'UInt64'),
      zero('data_uncompressed_bytes', 'UInt64'),
      zero('marks_bytes', 'UInt64'),
      zero('is_in_partition_key', 'UInt8'),
      zero('is_in_sorting_key', 'UInt8'),
      zero('is_in_primary_key', 'UInt8'),
      zero('is_in_sampling_key', 'UInt8'),
      ['compression_codec', 'String', ''],
      none('character_octet_length'),
      none('numeric_precision'),
      none('numeric_precision_radix'),
      none('numeric_scale'),
      none('datetime_precision'),
    ],
    views.flatMap(({ name, columns: all }) =>
      all.map((one, at) => [name, one.name, one.name, one.type, String(at + 1), one.comment]),
    ),
  );
}

function functions(): string {
  const of = (names: readonly string[], isAggregate: number) =>
    `SELECT arrayJoin(splitByChar(' ', ${quoteText(names.join(' '))})) AS name, toUInt8(${String(isAggregate)}) AS is_aggregate`;
  return `(SELECT name, is_aggregate, toUInt8(1) AS case_insensitive, '' AS alias_to, '' AS create_query, 'System' AS origin,
    '' AS description, '' AS syntax, '' AS arguments, '' AS returned_value, '' AS examples, '' AS categories
    FROM (${of(scalarNames, 0)} UNION ALL ${of(aggregateNames, 1)}))`;
}

/** A table of constants: columns with a constant have it in each row, the others take a row's values in their order. */
function rows(all: readonly CatalogueColumn[], values: readonly (readonly string[])[]): string {
  let place = 0;
  const list = all.map(([name, type, constant]) => {
    if (constant === '\\N') return `CAST(NULL, ${quoteText(type)}) AS \`${name}\``;
    if (constant === undefined) place += 1;
    const value = constant === undefined ? `tupleElement(r, ${String(place)})` : quoteText(constant);
    return `CAST(${value}, ${quoteText(type)}) AS \`${name}\``;
  });
  const tuples = values.map((row) => `tuple(${row.map(quoteText).join(', ')})`);
  return `(SELECT ${list.join(', ')} FROM (SELECT arrayJoin([${tuples.join(', ')}]) AS r))`;
}
