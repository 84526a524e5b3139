// The options with which fixes are proved: releases of Xen that differ most in what they refuse, and Linux.

import type { CheckOptions } from '../../server/src/cli/program.ts';

/** `check --format json` with these targets. */
export const FIX_OPTIONS: CheckOptions = {
  ...{ include: [], define: [], overlay: [], guest: [], warning: [], error: [] },
  ...{ xen: ['4.18', '4.22'], linux: ['6.12'], format: 'json', jobs: 1, config: undefined },
};

/** The same on the command line. */
export const FIX_TARGETS: readonly string[] = [
  ...FIX_OPTIONS.xen.flatMap((release) => ['--xen', release]),
  ...FIX_OPTIONS.linux.flatMap((release) => ['--linux', release]),
];
