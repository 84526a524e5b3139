// The commands and options of `dtmap`: parsed from here, and help, man page and completions are made from here.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SEVERITIES, type Severity } from '../rules/finding.ts';
import { allSystems } from '../systems/all-systems.ts';

/** Options every command that reads a board has. */
export interface BoardOptions {
  readonly include: readonly string[];
  readonly define: readonly string[];
  readonly overlay: readonly string[];
  readonly root?: string;
  readonly as?: 'dts' | 'dtb';
  readonly profile?: string;
  readonly bootScript?: readonly string[];
  readonly memoryFrom?: string;
  readonly efiMap?: string;
  readonly xenImage?: string;
  readonly guest: readonly string[];
  readonly xen: readonly string[];
  readonly linux: readonly string[];
  readonly format: string;
  readonly output?: string;
  readonly verbose?: boolean;
  /** A `dtmap.json` in place of the nearest one; false for none. */
  readonly config?: string | false | undefined;
}

export interface CheckOptions extends BoardOptions {
  readonly warning: readonly string[];
  readonly error: readonly string[];
  readonly maxWarnings?: number;
  readonly hints?: boolean;
  /** A folder of bindings, or an empty text for those of the board's work tree. */
  readonly bindings?: string;
  readonly fix?: boolean;
  readonly fixUnsafe?: boolean;
  readonly dryRun?: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  /** As many as there are processors and boards for them when it is not given. */
  readonly jobs?: number;
  readonly quiet?: boolean;
  readonly minSeverity?: Severity;
  readonly statistics?: boolean;
  readonly showSettings?: boolean;
  readonly shard?: { readonly index: number; readonly count: number };
}

export interface MapOptions extends BoardOptions {
  readonly for: string;
  readonly devices?: boolean;
}

export interface DiffOptions extends BoardOptions {
  /** Every reader that releases decide about, or the host for two files, when it is not given. */
  readonly for?: string;
}

export interface BootOptions extends BoardOptions {
  readonly compare?: string;
  readonly likely?: boolean;
}

export interface CompileOptions extends BoardOptions {
  readonly symbols?: boolean;
}

export interface DecodeOptions extends BoardOptions {
  readonly mfn?: string;
}

export interface ExplainOptions extends BoardOptions {
  readonly board?: string;
  readonly bindings?: string;
}

export interface FormatOptions {
  readonly check?: boolean;
  readonly diff?: boolean;
}

export interface MergeOptions {
  readonly output?: string;
}

export interface InitOptions {
  readonly xen: readonly string[];
  readonly linux: readonly string[];
  readonly output?: string;
}

/** The releases of a system that were asked for: each has an option of its own. */
export function releasesAsked(options: object, system: string): readonly string[] {
  const asked = new Map<string, unknown>(Object.entries(options)).get(system);
  return Array.isArray(asked) ? asked.filter((each) => typeof each === 'string') : [];
}

/** What a command does; each gives the exit status. */
export interface Handlers {
  check(files: readonly string[], options: CheckOptions): Promise<number>;
  map(file: string, options: MapOptions): Promise<number>;
  boot(file: string, options: BootOptions): Promise<number>;
  preprocess(file: string, options: BoardOptions): Promise<number>;
  compile(file: string, options: CompileOptions): Promise<number>;
  facts(file: string, options: BoardOptions): Promise<number>;
  decode(file: string, address: string | undefined, options: DecodeOptions): Promise<number>;
  explain(what: string, options: ExplainOptions): Promise<number>;
  diff(before: string, after: string | undefined, options: DiffOptions): Promise<number>;
  merge(files: readonly string[], options: MergeOptions): Promise<number>;
  format(files: readonly string[], options: FormatOptions): Promise<number>;
  init(folder: string | undefined, options: InitOptions): Promise<number>;
  lsp(): Promise<number>;
  mcp(): Promise<number>;
  completion(shell: string): Promise<number>;
  man(): Promise<number>;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function collectReleases(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, ...value.split(',').filter((name) => name !== '')];
}

function wholeNumber(low: number): (value: string) => number {
  return (value) => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < low)
      throw new InvalidArgumentError(`a whole number from ${low} on is wanted.`);
    return Number(value);
  };
}

function shard(value: string): { index: number; count: number } {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(value);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (!match || index < 1 || index > count)
    throw new InvalidArgumentError('I/N with I from 1 to N is wanted.');
  return { index, count };
}

/** As `collect`, for an option that is not there unless it is given. */
function collectSome(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** A command with the options that say how a board is read. */
function readingBoard(command: Command, formats: readonly string[]): Command {
  const [first = 'text'] = formats;
  const read = command
    .option('-I, --include <dir>', 'folder searched for includes (repeatable)', collect, [])
    .option('-D, --define <name[=value]>', 'macro defined before reading (repeatable)', collect, [])
    .option('--overlay <file>', 'overlay applied to the board, in order (repeatable)', collect, [])
    .option('--root <board>', 'the board through which an included .dtsi is read')
    .addOption(
      new Option('--as <kind>', 'what standard input or an oddly named file is').choices([
        'dts',
        'dtb',
      ]),
    )
    .option('--profile <file>', 'boot profile: JSON with what a devicetree does not say')
    .option(
      '--boot-script <file>',
      'what boots the board: U-Boot script or environment, FIT image, extlinux.conf, xen.cfg, GRUB or ImageBuilder configuration (repeatable: an environment and the scripts that use it)',
      collectSome,
    )
    .option(
      '--memory-from <file>',
      'take the actual RAM and reservations from a captured boot log, or from the DTB of the running board (/sys/firmware/fdt)',
    )
    .option('--xen-image <file>', 'take size, architecture and build options from an image of Xen')
    .option('--efi-map <file>', 'UEFI memory map dump; implies a UEFI boot')
    .option(
      '--guest <file>',
      'xl configuration or partial devicetree of a guest that shares the board (repeatable)',
      collect,
      [],
    );
  read
    .option('--config <file>', 'use this dtmap.json instead of the nearest one')
    .option('--no-config', 'use no dtmap.json');
  for (const { id, releaseHelp } of allSystems)
    read.option(`--${id} <release>`, `${releaseHelp} (repeatable)`, collectReleases, []);
  return read
    .addOption(new Option('--format <format>', 'output format').choices(formats).default(first))
    .option('-o, --output <file>', 'write the result there instead of to standard output')
    .option(
      '-v, --verbose',
      'list all that was ignored, and every folder searched for a missing include',
    );
}

/** Readers that have a map, for the help. */
const READERS = ['host', ...allSystems.flatMap(({ readers }) => readers)];

const FILE =
  'a .dts or .dtb file, a part of boards such as a .dtsi (read through them), or - for standard input';

/** The whole command line. `handlers` run inside `parseAsync`; `finish` is given the exit status. */
export function makeProgram(
  version: string,
  handlers: Handlers,
  finish: (status: number) => void,
): Command {
  const program = new Command('dtmap')
    .description('Who owns each byte of a board: devicetree as Xen, its dom0 and Linux read it.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText(
      'after',
      '\nExit status: 0 nothing found, 1 findings or a comparison that differs, 2 could not do it.',
    );

  readingBoard(program.command('check'), [
    'text',
    'json',
    'sarif',
    'github',
    'gitlab',
    'junit',
    'markdown',
  ])
    .description('findings: what collides, for whom, and how to mend it')
    .argument('<files...>', `${FILE}; a folder stands for the boards in it`)
    .option(
      '-W, --warning <rule>',
      'report a rule, or a group of rules: bindings, dtc, linux-w1, all; no-RULE switches it off (repeatable)',
      collect,
      [],
    )
    .option(
      '-E, --error <rule>',
      'report a rule, or the warnings of a group, as error; no-RULE as warning (repeatable)',
      collect,
      [],
    )
    .option('--max-warnings <number>', 'warnings that still give exit status 0', wholeNumber(0))
    .addOption(
      new Option(
        '--min-severity <severity>',
        'leave out what is less severe, in the exit status too',
      ).choices(SEVERITIES),
    )
    .option('--statistics', 'print how often each rule was broken in place of the findings')
    .option(
      '--show-settings',
      'print every setting of the boards and where it comes from, check nothing',
    )
    .option('-q, --quiet', 'print findings and what could not be checked, and nothing else')
    .option('--hints', 'print the plain facts of reserved regions too')
    .option(
      '--bindings [=folder]',
      'check nodes against the bindings of the work tree, or of this folder, and warn',
    )
    .option('--fix', 'apply safe fixes: no address moved, nothing enabled, no memory given away')
    .option('--fix-unsafe', 'apply all preferred fixes, also those that move regions')
    .option('--dry-run', 'with --fix or --fix-unsafe: print the changes, write no file')
    .option('--baseline <file>', 'leave out the findings recorded in this file')
    .option('--write-baseline <file>', 'record all findings in this file')
    .option(
      '--jobs <number>',
      'boards checked at the same time (default: as many as there are processors)',
      wholeNumber(1),
    )
    .option('--shard <I/N>', 'check only the I-th of N parts of the boards', shard)
    .action(async (files: string[], options: CheckOptions) => {
      finish(await handlers.check(files, options));
    });

  readingBoard(program.command('map'), ['text', 'json', 'svg', 'html', 'markdown'])
    .description('the memory map as one reader of the tree sees it')
    .argument('<file>', FILE)
    .requiredOption('--for <reader>', `${READERS.join(', ')} or the name of a domain`, 'host')
    .option('--devices', 'list all devices, not only those in RAM or a reserved region')
    .action(async (file: string, options: MapOptions) => {
      finish(await handlers.map(file, options));
    });

  readingBoard(program.command('boot'), ['text', 'json', 'dts'])
    .description('the console lines Xen prints about memory, and what becomes of dom0')
    .argument('<file>', FILE)
    .option('--compare <log>', 'check a captured log against the prediction')
    .option('--likely', 'also print lines that depend on boot facts which are only assumed')
    .action(async (file: string, options: BootOptions) => {
      finish(await handlers.boot(file, options));
    });

  readingBoard(program.command('facts'), ['text', 'json'])
    .description(
      'the boot facts: what is known, what is assumed, what depends on it, how to give it',
    )
    .argument('<file>', FILE)
    .action(async (file: string, options: BoardOptions) => {
      finish(await handlers.facts(file, options));
    });

  readingBoard(program.command('preprocess'), ['text'])
    .description('the text after #include, #define and #if, as the C preprocessor gives it')
    .argument('<file>', FILE)
    .action(async (file: string, options: BoardOptions) => {
      finish(await handlers.preprocess(file, options));
    });

  readingBoard(program.command('compile'), ['dtb', 'dts'])
    .description('a blob as dtc makes it, or the merged tree with the place each line was written')
    .argument('<file>', FILE)
    .option('-@, --symbols', 'add __symbols__, as dtc -@ does')
    .action(async (file: string, options: CompileOptions) => {
      finish(await handlers.compile(file, options));
    });

  readingBoard(program.command('decode'), ['text', 'json'])
    .description('who owns an address in every view, with the node and the place it was written')
    .argument('<file>', FILE)
    .argument('[address]', 'physical address, such as 0x1a02dc000')
    .option('--mfn <number>', 'machine frame number in place of an address')
    .action(async (file: string, address: string | undefined, options: DecodeOptions) => {
      finish(await handlers.decode(file, address, options));
    });

  readingBoard(program.command('explain'), ['text', 'json', 'markdown'])
    .description(
      "a rule's page, what a binding says, or the memory-related lines of a boot log with cause and fix",
    )
    .argument(
      '<what>',
      'id of a rule, binding:COMPATIBLE, a log file, or - for a log on standard input',
    )
    .option('--board <file>', 'board the log is from, so that addresses lead to nodes')
    .option('--bindings [=folder]', 'folder of bindings, in place of that of the work tree')
    .action(async (what: string, options: ExplainOptions) => {
      finish(await handlers.explain(what, options));
    });

  readingBoard(program.command('diff'), ['text', 'json', 'markdown'])
    .description(
      'what changed in the memory map and the tree, between two files or two revisions of one (REV1..REV2 FILE), or in the map between two releases (FILE --xen 4.18 --xen 4.19)',
    )
    .argument('<old>', 'a file as of check, or REV1..REV2 of git for the file after it')
    .argument('[new]', 'a file as of check')
    .option('--for <reader>', `${READERS.join(', ')} or the name of a domain`)
    .action(async (before: string, after: string | undefined, options: DiffOptions) => {
      finish(await handlers.diff(before, after, options));
    });

  program
    .command('merge')
    .description('join results of check --shard: json or SARIF files')
    .argument('<files...>', 'results of the shards, all of one format')
    .option('-o, --output <file>', 'write the result there instead of to standard output')
    .action(async (files: string[], options: MergeOptions) => {
      finish(await handlers.merge(files, options));
    });

  program
    .command('fmt')
    .description(
      'format source files as the kernel writes them; a blob compiled from them stays the same',
    )
    .argument('<files...>', 'source files or folders of them, or - for standard input')
    .addOption(
      new Option('--check', 'write nothing; name the files that are not formatted').conflicts(
        'diff',
      ),
    )
    .option('--diff', 'write nothing; print the patch that formatting would be')
    .action(async (files: string[], options: FormatOptions) => {
      finish(await handlers.format(files, options));
    });

  const init = program
    .command('init')
    .description('write a commented dtmap.json to begin with')
    .argument('[folder]', 'where the boards are (default: the current folder)');
  for (const { id, releaseHelp } of allSystems)
    init.option(`--${id} <release>`, `${releaseHelp} (repeatable)`, collectReleases, []);
  init
    .option('-o, --output <file>', 'write it there instead, - for standard output')
    .action(async (folder: string | undefined, options: InitOptions) => {
      finish(await handlers.init(folder, options));
    });

  program
    .command('lsp')
    .description('the language server, for editors: the protocol on standard input and output')
    .option('--stdio', 'what clients say when they talk over standard input and output, as is done')
    .option('--clientProcessId <pid>', 'process of the editor: when it ends, so does the server')
    .action(async () => {
      finish(await handlers.lsp());
    });

  program
    .command('mcp')
    .description('tools for agents: the Model Context Protocol on standard input and output')
    .action(async () => {
      finish(await handlers.mcp());
    });

  program
    .command('completion')
    .description('a completion script for a shell')
    .addArgument(program.createArgument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      finish(await handlers.completion(shell));
    });

  program
    .command('man')
    .description('the manual page, for man -l -')
    .action(async () => {
      finish(await handlers.man());
    });

  return program;
}

export { CommanderError };
