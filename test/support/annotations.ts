// Reads `// ^^^ error[rule] message` annotations out of fixture files.

export interface Annotation {
  /** Index of the annotated line, from 0. */
  readonly line: number;
  /** First annotated column, from 0. */
  readonly start: number;
  /** Column behind the last caret; undefined for `// <-`, which only says where the finding starts. */
  readonly end: number | undefined;
  readonly severity: string;
  readonly rule: string;
  /** Empty when the annotation leaves the message open. */
  readonly message: string;
  /** Whether it is marked 💡: a fix is offered. */
  readonly hasFix: boolean;
}

const CARETS = /\/\/\s*(\^+)\s+(\S.*)$/;
const LINE_START = /\/\/\s*<-\s+(\S.*)$/;
const LABEL = /^(💡\s*)?(error|warning|information|hint)\[([a-z0-9_-]+)\]\s*(.*)$/u;

/** The annotations of a text; each belongs to the nearest line above it that is not itself an annotation. */
export function readAnnotations(text: string): Annotation[] {
  const lines = text.split('\n');
  const found: Annotation[] = [];
  let target = 0;
  lines.forEach((line, index) => {
    const carets = CARETS.exec(line);
    const lineStart = LINE_START.exec(line);
    const label = LABEL.exec(carets?.[2] ?? lineStart?.[1] ?? '');
    if (!label) {
      target = index;
      return;
    }
    const [, bulb, severity = '', rule = '', message = ''] = label;
    const common = { line: target, severity, rule, message, hasFix: bulb !== undefined };
    if (carets) {
      const start = line.indexOf('^');
      found.push({ ...common, start, end: start + (carets[1]?.length ?? 0) });
    } else {
      const start = (lines[target] ?? '').search(/\S/);
      found.push({ ...common, start, end: undefined });
    }
  });
  return found;
}

/** Options of a fixture: `//- key: value` lines at its top. */
export function readOptions(text: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const option = /^\/\/-\s*([a-z]+):\s*(.*)$/.exec(line);
    if (!option) break;
    options.set(option[1] ?? '', option[2] ?? '');
  }
  return options;
}
