// Text that is not devicetree source.

import { syntaxRepairs } from './repair-syntax.ts';
import { treeError } from './tree-error.ts';

type Facts = Readonly<Record<string, string>>;

const words: Readonly<Record<string, (facts: Facts) => string>> = {
  expected: ({ expected = '', found = '' }) =>
    found === '' ? `expected ${expected}` : `expected ${expected}, found ${found}`,
  'missing-semicolon': ({ after = '' }) => `missing ; behind ${after}`,
  'missing-close-brace': ({ node = '' }) => `missing }: ${node || '/'} is not closed`,
  'unmatched-close-brace': () => '} closes nothing',
  'too-many-statements': ({ limit = '' }) =>
    `more than ${limit} statements: this one and those after it are ignored`,
  'unterminated-string': () => 'the string does not end',
  'unterminated-character': () => 'the character does not end',
  'empty-character': () => 'empty character literal',
  'long-character': ({ text = '' }) => `character literal of more than one character: ${text}`,
  'bad-escape': () => '\\x without hexadecimal digits',
  'bad-integer': ({ text = '' }) => `bad integer literal ${text}: a leading 0 means octal`,
  'integer-too-large': ({ text = '' }) => `integer literal ${text} does not fit into 64 bits`,
  'too-deep': () => 'parentheses and operators nest too deeply',
  'nodes-too-deep': ({ limit = '' }) =>
    `nested more than ${limit} levels deep: dtmap ignores this node`,
  'property-after-subnode': ({ property = '', subnode = '' }) =>
    `properties must precede subnodes: ${property} stands behind ${subnode}`,
  'not-at-top-level': ({ what = '' }) => `${what} stands outside of / { }`,
  'only-at-top-level': ({ what = '' }) => `${what} may stand only outside of all nodes`,
  'version-missing': () => '/dts-v1/; must come first',
  'header-too-late': ({ what = '' }) => `${what} stands too late: only at the beginning`,
  'reservation-too-late': () => '/memreserve/ stands behind the first node',
  'no-root': () => 'there is no root node / { }',
};

export const syntaxError = treeError({
  id: 'syntax-error',
  reads: 'text',
  problem: 'syntax',
  title: 'Not devicetree source',
  why: 'dtc stops here and makes no blob; everything after the fault is read as well as it can be.',
  instead:
    'Complete the statement: properties and nodes end with `;`, cells stand in `<…>`, strings in `"…"`.',
  source: ['dtc: dtc-parser.y (1.6.1)', 'Devicetree Specification, chapter 6'],
  fixes: syntaxRepairs,
  message: (facts) => words[facts['because'] ?? '']?.(facts) ?? 'not devicetree source',
});
