// The npm package as a library: runs commands of the command line inside the calling process, and gives what they print.

import { makeLibrary } from './cli/library.ts';
import { run } from './cli/run.ts';
import { resolveFile } from './cli/settings.ts';
import { nodeShell } from './node-shell.ts';

export const { analyze, boot, compile } = makeLibrary(async (argv, texts) => {
  const shell = nodeShell();
  const printed: Uint8Array[] = [];
  let said = '';
  for (const [name, text] of Object.entries(texts))
    shell.files.setBytes(resolveFile(name, shell.cwd), Buffer.from(text));
  const status = await run(argv, {
    ...shell,
    stdout: { write: (output) => void printed.push(Buffer.from(output)), isTTY: false },
    stderr: { write: (output) => void (said += String(output)), isTTY: false },
  });
  if (status === 2) throw new Error(said.trim().replace(/^dtmap: /, ''));
  return Buffer.concat(printed);
});
