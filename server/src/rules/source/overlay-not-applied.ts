// An overlay that does not fit its base.

import { treeError } from './tree-error.ts';

type Facts = Readonly<Record<string, string>>;

const words: Readonly<Record<string, (facts: Facts) => string>> = {
  'symbol-missing': ({ label = '' }) => `the base has no label ${label} in /__symbols__`,
  'base-without-symbols': ({ label = '', labelled }) =>
    `the base has no /__symbols__, so ${label} cannot be looked up` +
    (labelled === undefined ? '' : ': it has the label; compile it with -@'),
  'symbol-path-missing': ({ label = '', path = '' }) =>
    `the base's label ${label} leads to ${path}, which is not there`,
  'symbol-without-phandle': ({ label = '', path = '' }) =>
    `${path}, which the base labels ${label}, has no phandle`,
  'target-missing': ({ fragment = '', path }) =>
    `the target of ${fragment}${path === undefined ? '' : `, ${path},`} is not in the base`,
  'target-absent': ({ fragment = '' }) => `${fragment} has neither target nor target-path`,
  'bad-target': ({ fragment = '' }) => `the target of ${fragment} is no phandle`,
  'bad-fixup': ({ entry = '' }) => `/__fixups__ names a place that is not there: ${entry}`,
  'bad-local-fixup': ({ node = '' }) =>
    `/__local_fixups__ names a place that is not there: ${node}`,
  'bad-phandle': ({ node = '' }) => `the phandle of ${node} cannot be moved behind the base's`,
  'bad-symbol': ({ label = '', path = '' }) =>
    `the overlay's label ${label} leads to ${path}, which no fragment holds`,
  'too-deep': ({ node = '', limit = '' }) =>
    `${node} would be nested more than ${limit} levels deep, where dtmap stops`,
};

export const overlayNotApplied = treeError({
  id: 'overlay-not-applied',
  problem: 'overlay',
  title: 'An overlay that does not fit its base',
  why: 'fdtoverlay and the boot loader refuse the overlay as a whole; the board is judged as if it were not there.',
  instead: 'Use labels and paths that the base has; compile the base with `-@`.',
  source: ['libfdt: fdt_overlay_apply() (1.6.1)'],
  message: (facts) => words[facts['because'] ?? '']?.(facts) ?? 'the overlay cannot be applied',
});
