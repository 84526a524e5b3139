// Regular expressions of bindings, which are Python's.

/**
 * A Python expression as one of JavaScript that finds the same; undefined where JavaScript has no such thing. As with
 * `re.search` a match may begin anywhere.
 */
export function pythonPattern(pattern: string): RegExp | undefined {
  let flags = '';
  const body = pattern
    .replace(/^\(\?([aiLmsux]+)\)/, (_, given: string) => {
      flags = given.replace(/[aLu]/g, '');
      return '';
    })
    .replace(
      /\\[AZ]|\\.|\(\?P<|\(\?P=(\w+)\)|\{,(\d+)\}/gs,
      (text, name: string | undefined, most: string | undefined) => {
        if (text === '\\A') return '^';
        if (text === '\\Z') return '$';
        if (text === '(?P<') return '(?<';
        if (name !== undefined) return `\\k<${name}>`;
        return most === undefined ? text : `{0,${most}}`;
      },
    );
  // A group that is taken when another matched, comments and possessive repeats are read as something else, or not at all.
  if (/\(\?\(|\(\?#|[*+?}]\+|\(\?>/.test(body.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, 'x')))
    return undefined;
  try {
    return new RegExp(body, flags);
  } catch {
    return undefined;
  }
}
