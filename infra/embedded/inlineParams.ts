/** What is no place for a value, and each place for one: `{name:Type}`. */
const PLACES = /'(?:[^'\\]|\\.)*'|`[^`]*`|--[^\n]*|\/\*[^]*?\*\/|\{(\w+):((?:[^{}']|'[^']*')+)\}/g;

/** Those of which the text of a value is known to be read as the engine reads a parameter. */
const TYPE = /^(?:String|UUID|U?Int\d+|Float64|DateTime64\(\d, '[\w/]+'\))$/;
const ARRAY = /^Array\((.+)\)$/;

/**
 * Puts the values of a statement into its text, each as one literal that is read as its type. The engine in this process lets no two
 * statements with parameters run at a time, whatever their connections (`globalParamChain` of chdb's `index.js`): a dashboard would wait
 * for what the sink writes.
 *
 * @param query Whose comments and literals stay as they are.
 * @returns undefined when one of the values is missing, or of a kind that only the engine knows to read.
 */
export function inlineParams(query: string, params: Readonly<Record<string, unknown>>): string | undefined {
  let isWhole = true;
  const text = query.replace(PLACES, (found: string, name: string | undefined, type = '') => {
    if (name === undefined) return found;
    const value = textOf(params[name], type);
    if (value === undefined) isWhole = false;
    return `CAST(${quoted(value ?? '')}, ${quoted(type)})`;
  });
  return isWhole ? text : undefined;
}

function textOf(value: unknown, type: string): string | undefined {
  const element = ARRAY.exec(type)?.[1];
  if (element === undefined) return TYPE.test(type) ? scalar(value) : undefined;
  if (!Array.isArray(value) || !TYPE.test(element)) return undefined;
  const texts = value.map(scalar);
  if (texts.includes(undefined)) return undefined;
  return `[${texts.map((text) => (/Int|Float/.test(element) ? text : quoted(text ?? ''))).join(',')}]`;
}

function scalar(value: unknown): string | undefined {
  return ['string', 'number', 'bigint'].includes(typeof value) ? String(value) : undefined;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
