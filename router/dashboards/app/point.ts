/** Of a curve. */
export interface Point {
  readonly at: string;
  readonly value: number;
}
