import { BiError } from './errors.ts';
import { quoteText } from './sql/quote.ts';

/** What a statement may use before the engine ends it; a client may ask for less, and never for more. */
export const mostOf = {
  max_execution_time: 30,
  max_memory_usage: 1_000_000_000,
  max_rows_to_read: 500_000_000,
  max_bytes_to_read: 50_000_000_000,
  max_result_rows: 1_000_000,
  max_result_bytes: 100_000_000,
  max_threads: 2,
  max_block_size: 65_409,
} as const;

/** Always so. */
export const fixed = {
  // Together with the company as PREWHERE in each view: nothing of the statement comes before it.
  optimize_move_to_prewhere: 0,
  query_plan_optimize_prewhere: 0,
  // How much was read tells of rows in between that are not the company's.
  output_format_write_statistics: 0,
  // Nothing on the disk, and nothing from a cache that others fill.
  max_bytes_before_external_group_by: 0,
  max_bytes_before_external_sort: 0,
  use_query_cache: 0,
  max_ast_elements: 20_000,
  max_expanded_ast_elements: 100_000,
  max_subquery_depth: 50,
  allow_introspection_functions: 0,
  log_comment: 'bi',
} as const;

const number = /^\d{1,18}$/;
const flag = /^(?:0|1|true|false)$/;
const word = /^[A-Za-z_]{1,32}$/;
const zone = /^[A-Za-z0-9_+/-]{1,64}$/;

/** What only says how an answer is written, and how a client may want it. */
export const changeable: Readonly<Record<string, RegExp>> = {
  output_format_json_quote_64bit_integers: flag,
  output_format_json_quote_64bit_floats: flag,
  output_format_json_quote_denormals: flag,
  output_format_json_quote_decimals: flag,
  output_format_json_escape_forward_slashes: flag,
  output_format_json_named_tuples_as_objects: flag,
  output_format_json_array_of_rows: flag,
  output_format_json_validate_utf8: flag,
  output_format_csv_crlf_end_of_line: flag,
  output_format_tsv_crlf_end_of_line: flag,
  output_format_binary_write_json_as_string: flag,
  output_format_native_write_json_as_string: flag,
  output_format_arrow_string_as_string: flag,
  output_format_parquet_string_as_string: flag,
  output_format_parquet_compression_method: word,
  output_format_pretty_max_rows: number,
  date_time_output_format: word,
  session_timezone: zone,
  join_use_nulls: flag,
  extremes: flag,
  result_overflow_mode: /^(?:throw|break)$/,
};

/** What is said to the server of HTTP, or is as it is said already: heard, and of no effect on the statement. */
const ofTransport: ReadonlySet<string> = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'compress',
  'decompress',
  'enable_http_compression',
  'http_zlib_compression_level',
  'http_headers_progress_interval_ms',
  'http_write_exception_in_output_format',
  'send_progress_in_http_headers',
  'wait_end_of_query',
  'buffer_size',
  'client_protocol_version',
  'cancel_http_readonly_queries_on_client_close',
  'session_id',
  'session_timeout',
  'session_check',
  'readonly',
  'quota_key',
  'stacktrace',
  'log_queries',
]);

export type Settings = ReadonlyMap<string, string>;

/** @throws BiError `READONLY` for what may not be set, `BAD_ARGUMENTS` for what makes no sense. */
export function readSettings(parameters: Iterable<readonly [string, string]>): Settings {
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name.startsWith('param_') || ofTransport.has(name)) continue;
    const pattern = Object.hasOwn(changeable, name) ? changeable[name] : undefined;
    if (pattern) {
      if (!pattern.test(value)) throw BiError.badValue(`'${value}' is no value for setting '${name}'`);
      settings.set(name, value);
    } else if (isLimit(name)) {
      if (!/^\d+(?:\.\d+)?$/.test(value)) throw BiError.badValue(`'${value}' is no value for setting '${name}'`);
      // Without a limit, which 0 would be, there is nothing here.
      if (Number(value) > 0) settings.set(name, String(Math.min(mostOf[name], Number(value))));
    } else {
      throw BiError.setting(name);
    }
  }
  return settings;
}

/**
 * What a statement ends with. A server with accounts has the limits in their profile, where they cannot be changed; what is told of them
 * here is only what is changed.
 */
export function settingsClause(given: Settings, { hasAccounts }: { readonly hasAccounts: boolean }): string {
  const all = new Map<string, string | number>([
    ['session_timezone', 'UTC'],
    ...(hasAccounts ? [] : [...Object.entries(mostOf), ...Object.entries(fixed)]),
    ...given,
  ]);
  return `SETTINGS ${[...all].map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`;
}

function literal(value: string | number): string {
  if (typeof value === 'number' || number.test(value)) return String(value);
  return value === 'true' || value === 'false' ? value : quoteText(value);
}

function isLimit(name: string): name is keyof typeof mostOf {
  return Object.hasOwn(mostOf, name);
}
