/** The part of html-to-text 10 that is used here: the package brings no types of its own. */
declare module 'html-to-text' {
  export interface DomNode {
    readonly name?: string;
    readonly children: readonly DomNode[];
  }
  export interface BlockTextBuilder {
    openBlock(options: { leadingLineBreaks: number }): void;
    closeBlock(options: { trailingLineBreaks: number }): void;
    addInline(text: string): void;
  }
  export type FormatCallback = (
    element: DomNode,
    walk: (nodes: readonly DomNode[], builder: BlockTextBuilder) => void,
    builder: BlockTextBuilder,
    options: Readonly<Record<string, unknown>>,
  ) => void;
  export interface Selector {
    readonly selector: string;
    readonly format?: string;
    readonly options?: Readonly<Record<string, unknown>>;
  }
  export function compile(options: {
    readonly wordwrap: number | false;
    readonly formatters?: Readonly<Record<string, FormatCallback>>;
    readonly selectors: readonly Selector[];
    readonly limits?: { readonly maxDepth?: number; readonly ellipsis?: string };
  }): (html: string) => string;
}
