// Where each value of a JSON text stands, and what is given twice: a reader of JSON tells neither.

/** A range of a text, end exclusive, in UTF-16 offsets. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** Names and numbers of elements that lead to a value from the top. */
export type JsonPath = readonly string[];

/** A member of an object that has an earlier one of the same name. */
export interface RepeatedMember {
  readonly path: JsonPath;
  /** The names. */
  readonly first: JsonSpan;
  readonly again: JsonSpan;
}

export interface JsonPlaces {
  readonly repeated: readonly RepeatedMember[];
  /** The value at a path, or the innermost one around it that is there. */
  valueAt(path: JsonPath): JsonSpan;
  /** The name of the member at a path; that of its value for an element, or where there is none. */
  nameAt(path: JsonPath): JsonSpan;
  has(path: JsonPath): boolean;
}

/** Values that lie deeper have the place of what they lie in: nothing that is read is as deep, and paths stay short. */
const DEEPEST = 12;

const TOKEN = /[\s,:]*("[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\]]|[^\s,:{}[\]"]+)/y;

interface OpenValue {
  readonly start: number;
  readonly isObject: boolean;
  /** Names of an object by their places. */
  readonly names: Map<string, JsonSpan>;
  /** The name or number of the member that is being read. */
  member: string;
  elements: number;
}

/** The places in `text`, which must be JSON. */
export function placesIn(text: string): JsonPlaces {
  const values = new Map<string, JsonSpan>();
  const names = new Map<string, JsonSpan>();
  const repeated: RepeatedMember[] = [];
  const open: OpenValue[] = [];
  let isNameRead = false;
  const end = (span: JsonSpan): void => {
    if (open.length <= DEEPEST) values.set(keyOf(open.map(({ member }) => member)), span);
    isNameRead = false;
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[1] as string;
    const span = { start: TOKEN.lastIndex - token.length, end: TOKEN.lastIndex };
    const outer = open.at(-1);
    if (token === '}' || token === ']') {
      const closed = open.pop();
      if (closed) end({ start: closed.start, end: span.end });
      continue;
    }
    if (outer?.isObject && !isNameRead) {
      outer.member = JSON.parse(token) as string;
      isNameRead = true;
      const path = open.map(({ member }) => member);
      const first = outer.names.get(outer.member);
      if (first) repeated.push({ path, first, again: span });
      else outer.names.set(outer.member, span);
      if (open.length <= DEEPEST) names.set(keyOf(path), span);
      continue;
    }
    if (outer && !outer.isObject) outer.member = String(outer.elements++);
    if (token === '{' || token === '[') {
      const isObject = token === '{';
      open.push({ start: span.start, isObject, names: new Map(), member: '', elements: 0 });
      isNameRead = false;
    } else end(span);
  }
  const valueAt = (path: JsonPath): JsonSpan =>
    values.get(keyOf(path)) ??
    (path.length === 0 ? { start: 0, end: 0 } : valueAt(path.slice(0, -1)));
  return {
    repeated,
    valueAt,
    nameAt: (path) => names.get(keyOf(path)) ?? valueAt(path),
    has: (path) => values.has(keyOf(path)),
  };
}

function keyOf(path: JsonPath): string {
  return JSON.stringify(path);
}
