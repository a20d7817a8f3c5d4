import type { exportFiles } from '#schema/exports.ts';

/** How a file is written: by which of ClickHouse's formats, and what it is called over HTTP. */
export interface Format {
  readonly name: 'CSVWithNames' | 'Parquet';
  readonly extension: string;
  readonly contentType: string;
}

export const formats: Readonly<Record<(typeof exportFiles)[number], Format>> = {
  'dashboard.csv': {
    name: 'CSVWithNames',
    extension: 'csv',
    contentType: 'text/csv; charset=utf-8; header=present',
  },
  'dashboard.parquet': {
    name: 'Parquet',
    extension: 'parquet',
    contentType: 'application/vnd.apache.parquet',
  },
};
