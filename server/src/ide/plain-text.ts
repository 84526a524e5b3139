// Our Markdown as plain text, for editors that show no Markdown.

/** The text of what a hover says: rows of tables as `name: value`, without marks and escapes. Links are not expected. */
export function plainText(markdown: string): string {
  return markdown
    .split('\n')
    .flatMap((line) => {
      const row = /^\|(.*)\|$/.exec(line)?.[1];
      if (row === undefined) return [withoutMarks(line)];
      const cells = row.split(/(?<!\\)\|/).map((cell) => withoutMarks(cell.trim()));
      const isHead = cells.every((cell) => /^(?::?-+:?)?$/.test(cell));
      return isHead ? [] : [cells.filter((cell) => cell !== '').join(': ')];
    })
    .join('\n');
}

function withoutMarks(text: string): string {
  /** Where runs of backticks begin, by their length: a code span ends at as many as it began with. */
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const known = runs.get(run.length);
    if (known) known.push(index);
    else runs.set(run.length, [index]);
  }
  let result = '';
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && /[!-/:-@[-`{-~]/.test(next)) {
      result += next;
      at += 2;
    } else if (character === '`') {
      let length = 1;
      while (text.charAt(at + length) === '`') length += 1;
      const starts = runs.get(length) ?? [];
      while ((starts[0] ?? Infinity) <= at) starts.shift();
      const [end] = starts;
      // In the cell of a table even a code span escapes the bar.
      if (end !== undefined)
        result += text
          .slice(at + length, end)
          .replaceAll('\\|', '|')
          .replace(/^ (.+) $/, '$1');
      else result += '`'.repeat(length);
      at = (end ?? at) + length;
    } else if (character === '*' && next === '*') at += 2;
    else {
      result += character;
      at += 1;
    }
  }
  return result;
}
