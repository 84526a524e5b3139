// The command line without a process: arguments and a shell in, output and an exit status out.

import { CommanderError } from 'commander';
import { bootCommand } from './boot-command.ts';
import { failureText } from './check-boards.ts';
import { checkCommand } from './check-command.ts';
import { diffCommand } from './diff-command.ts';
import { factsCommand } from './facts-command.ts';
import { formatCommand } from './format-command.ts';
import { explainCommand } from './explain-command.ts';
import { Failure, oneLine } from './failure.ts';
import { decodeCommand, mapCommand } from './map-command.ts';
import { initCommand } from './init-command.ts';
import { mergeCommand } from './merge-command.ts';
import { makeProgram, type Handlers } from './program.ts';
import { Session } from './session.ts';
import type { Shell } from './shell.ts';
import { compileCommand, preprocessCommand } from './tree-commands.ts';
import { writeCompletion } from './write-completion.ts';
import { writeManPage } from './write-man-page.ts';

/**
 * Runs one command. `argv` is without the program's own name. The status is 0, 1 or 2 as server/docs/json.md says; whatever
 * happens, it never throws.
 */
export async function run(argv: readonly string[], shell: Shell): Promise<number> {
  const session = new Session(shell);
  let status = 0;
  const handlers: Handlers = {
    check: (files, options) => checkCommand(session, files, options),
    map: (file, options) => mapCommand(session, file, options),
    boot: (file, options) => bootCommand(session, file, options),
    preprocess: (file, options) => preprocessCommand(session, file, options),
    compile: (file, options) => compileCommand(session, file, options),
    decode: (file, address, options) => decodeCommand(session, file, address, options),
    facts: (file, options) => factsCommand(session, file, options),
    explain: (what, options) => explainCommand(session, what, options),
    diff: (before, after, options) => diffCommand(session, before, after, options),
    merge: (files, options) => Promise.resolve(mergeCommand(session, files, options)),
    format: (files, options) => formatCommand(session, files, options),
    init: (folder, options) => Promise.resolve(initCommand(session, folder, options)),
    lsp: () => {
      if (!shell.startServer) throw new Failure('lsp: there is no language server here');
      shell.startServer();
      return Promise.resolve(0);
    },
    mcp: () => {
      if (!shell.startTools) throw new Failure('mcp: there are no tools for agents here');
      shell.startTools();
      return Promise.resolve(0);
    },
    completion: (name) => {
      shell.stdout.write(writeCompletion(program, name));
      return Promise.resolve(0);
    },
    man: () => {
      shell.stdout.write(writeManPage(program, shell.version));
      return Promise.resolve(0);
    },
  };
  const program = makeProgram(shell.version, handlers, (result) => {
    status = result;
  });
  let said = false;
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => {
        // One line is promised: of a wrong option the first message, with its suggestion.
        if (!said) shell.stderr.write(`dtmap: ${oneLine(text).replace(/^error: /, '')}\n`);
        said = true;
      },
    });
  }
  try {
    if (argv.length === 0) {
      shell.stderr.write('dtmap: no command; dtmap --help lists them\n');
      return 2;
    }
    // Without `=` the name behind it is that of a board.
    const given = argv.map((each) => (each === '--bindings' ? '--bindings=' : each));
    await program.parseAsync(given, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    shell.stderr.write(`dtmap: ${failureText(error, session, 'dtmap')}\n`);
    return 2;
  }
}
