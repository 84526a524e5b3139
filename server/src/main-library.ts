// The npm package as a library: answers inside the calling process, prints nothing.

import { makeLibrary } from './cli/make-library.ts';
import { nodeShell } from './node-shell.ts';

const nowhere = { write: () => undefined, isTTY: false };

export const { analyze, check, map, boot, decode, explain, diff, facts, compile } = makeLibrary(
  () => ({ ...nodeShell(), stdout: nowhere, stderr: nowhere }),
);
