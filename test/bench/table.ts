/** One figure beside its rival or its limit, measured in the same run. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly limit: string;
  /** Whether something does not hold that has to: then the run has failed. */
  readonly isBroken?: boolean;
}

/** As people read it in a terminal. */
export function table(title: string, rows: readonly Row[]): string {
  const all = [{ figure: title, measured: 'measured', limit: 'limit' }, ...rows];
  const width = (of: (row: Row) => string): number => Math.max(...all.map((row) => of(row).length));
  const [figures, measured] = [width((row) => row.figure), width((row) => row.measured)];
  return all.map((row) => `${row.figure.padEnd(figures)}  ${row.measured.padStart(measured)}  ${row.limit}`).join('\n');
}
