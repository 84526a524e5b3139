// Random edits of a text: what fingers do, and worse.

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces = [
  ...[
    '{',
    '}',
    ';',
    '"',
    "'",
    '<',
    '>',
    '[',
    ']',
    '(',
    ')',
    '/',
    '*',
    '/*',
    '*/',
    '//',
    '\\',
    '\n',
  ],
  ...[
    '&',
    '&{',
    ':',
    ',',
    '=',
    '#',
    '@',
    ' ',
    '\t',
    '0',
    'x',
    'a',
    'reg',
    '};',
    '= <',
    '>;',
    '};\n',
  ],
  ...[
    '/delete-node/ ',
    '/bits/ 8 ',
    'l: ',
    '&{/}',
    '/ {',
    'node@1 {\n',
    'p = "s";\n',
    '\udc80',
    'ü',
  ],
];

/** `text` with a piece inserted, a stretch deleted, replaced or repeated, somewhere. */
export function editRandomly(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() ** 3 * 60);
  const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
  const kind = random();
  if (kind < 0.5) return text.slice(0, at) + piece + text.slice(at);
  if (kind < 0.75) return text.slice(0, at) + text.slice(at + Math.max(1, length));
  if (kind < 0.9) return text.slice(0, at) + piece + text.slice(at + length);
  return text.slice(0, at) + text.slice(Math.max(0, at - length)) + text.slice(at, at + 1);
}
