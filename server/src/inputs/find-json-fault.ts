// Where a text stops being JSON: told by its place, since a file that is something else may be a secret.

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\r\n]*/y;

/** The offset at which `text` is not JSON (RFC 8259); undefined for JSON. Linear in the text. */
export function findJsonFault(text: string): number | undefined {
  let at = 0;
  const take = (expression: RegExp): boolean => {
    expression.lastIndex = at;
    const found = expression.test(text);
    if (found) at = expression.lastIndex;
    return found;
  };
  const takeCharacter = (character: string): boolean => {
    take(BLANK);
    if (text.charAt(at) !== character) return false;
    at++;
    return true;
  };
  /** A member's name and its colon. */
  const takeKey = (): boolean => {
    take(BLANK);
    return take(STRING) && takeCharacter(':');
  };
  const open: ('{' | '[')[] = [];
  for (;;) {
    // A value begins here.
    if (takeCharacter('{')) {
      open.push('{');
      if (!takeCharacter('}')) {
        if (takeKey()) continue;
        return at;
      }
      open.pop();
    } else if (takeCharacter('[')) {
      if (!takeCharacter(']')) {
        open.push('[');
        continue;
      }
    } else if (!take(STRING) && !take(NUMBER) && !take(WORD)) return at;
    // It has ended; so do those it is the last of.
    for (;;) {
      const outer = open.at(-1);
      if (outer === undefined) {
        take(BLANK);
        return at < text.length ? at : undefined;
      }
      if (takeCharacter(',')) {
        if (outer === '{' && !takeKey()) return at;
        break;
      }
      if (!takeCharacter(outer === '{' ? '}' : ']')) return at;
      open.pop();
    }
  }
}
