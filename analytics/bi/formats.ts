const json = 'application/json; charset=UTF-8';
const lines = 'application/x-ndjson; charset=UTF-8';
const tabs = 'text/tab-separated-values; charset=UTF-8';
const commas = 'text/csv; charset=UTF-8; header=absent';
const commasWithNames = 'text/csv; charset=UTF-8; header=present';
const plain = 'text/plain; charset=UTF-8';
const bytes = 'application/octet-stream';

/** The formats of answers, and what they are called over HTTP. None of them reads a schema, or writes anything but the answer. */
const types: Readonly<Record<string, string>> = {
  JSON: json,
  JSONStrings: json,
  JSONCompact: json,
  JSONCompactStrings: json,
  JSONColumns: json,
  JSONCompactColumns: json,
  JSONColumnsWithMetadata: json,
  JSONObjectEachRow: json,
  JSONEachRow: lines,
  JSONLines: lines,
  JSONL: lines,
  NDJSON: lines,
  JSONStringsEachRow: lines,
  JSONCompactEachRow: lines,
  JSONCompactEachRowWithNames: lines,
  JSONCompactEachRowWithNamesAndTypes: lines,
  JSONCompactStringsEachRow: lines,
  JSONCompactStringsEachRowWithNames: lines,
  JSONCompactStringsEachRowWithNamesAndTypes: lines,
  PrettyJSONEachRow: lines,
  TabSeparated: tabs,
  TSV: tabs,
  TabSeparatedRaw: tabs,
  TSVRaw: tabs,
  TabSeparatedWithNames: tabs,
  TSVWithNames: tabs,
  TabSeparatedRawWithNames: tabs,
  TSVRawWithNames: tabs,
  TabSeparatedWithNamesAndTypes: tabs,
  TSVWithNamesAndTypes: tabs,
  TabSeparatedRawWithNamesAndTypes: tabs,
  TSVRawWithNamesAndTypes: tabs,
  TSKV: tabs,
  CSV: commas,
  CSVWithNames: commasWithNames,
  CSVWithNamesAndTypes: commasWithNames,
  Pretty: plain,
  PrettyCompact: plain,
  PrettyCompactMonoBlock: plain,
  PrettySpace: plain,
  Vertical: plain,
  Markdown: 'text/markdown; charset=UTF-8',
  XML: 'application/xml; charset=UTF-8',
  Values: plain,
  Null: plain,
  Native: bytes,
  RowBinary: bytes,
  RowBinaryWithNames: bytes,
  RowBinaryWithNamesAndTypes: bytes,
  MsgPack: bytes,
  Arrow: 'application/vnd.apache.arrow.file',
  ArrowStream: 'application/vnd.apache.arrow.stream',
  Parquet: 'application/vnd.apache.parquet',
  ORC: bytes,
};

/** As the HTTP interface has it. */
export const DEFAULT_FORMAT = 'TabSeparated';

/** What an answer in the format is called over HTTP; undefined for a format that there is not. */
export function contentTypeOf(format: string): string | undefined {
  return Object.hasOwn(types, format) ? types[format] : undefined;
}
