// Well-formed source that dtc refuses for what it says.

import { treeError } from './tree-error.ts';

type Facts = Readonly<Record<string, string>>;

const words: Readonly<Record<string, (facts: Facts) => string>> = {
  'target-not-found': ({ target = '' }) => `label or path ${target} not found`,
  'relative-in-plugin': ({ target = '' }) =>
    `an overlay cannot refer to &{${target}}: write a fragment with target-path`,
  'value-out-of-range': ({ value = '', bits = '' }) =>
    `value ${value} out of range for a ${bits}-bit array element`,
  'bad-bits': ({ bits = '' }) => `array elements must have 8, 16, 32 or 64 bits, not ${bits}`,
  'reference-width': ({ bits = '' }) =>
    `references are only allowed in arrays of 32-bit elements, not of ${bits}`,
  'value-too-long': ({ limit = '' }) =>
    `more than ${limit} cells or strings in one value: dtmap ignores this property`,
  'division-by-zero': () => 'division by zero',
  'headers-differ': () => 'this header says something else about /plugin/ than the others',
  'incbin-not-found': ({ path = '' }) => `${path}: no such file`,
  'incbin-unreadable': ({ path = '', reason = '' }) => `${path}: ${reason}`,
  'incbin-too-large': ({ limit = '' }) =>
    `all /incbin/ together insert more than ${limit}: this one is left out`,
  'incbin-offset': ({ path = '', offset = '' }) => `${path}: cannot seek to ${offset}`,
};

export const semanticError = treeError({
  id: 'semantic-error',
  problem: 'semantics',
  title: 'Refused by dtc for what it says',
  why: 'dtc makes no blob: a label or path that is opened or deleted must be there, and a number must fit into its cell.',
  instead: 'Name a node that exists at this point of the source, or write a value that fits.',
  source: ['dtc: dtc-parser.y (1.6.1)'],
  message: (facts) => words[facts['because'] ?? '']?.(facts) ?? 'dtc refuses this',
});
