// The library's functions: each opens its boards as the command line does, and gives what that prints as data.

import { writeDtb } from '../dtb/write-dtb.ts';
import type { BootProfile } from '../facts/boot-profile.ts';
import { readProfile } from '../inputs/read-profile.ts';
import { bootsJson } from './boot-command.ts';
import { checkAll } from './check-in-parallel.ts';
import { failedBoard, failureText } from './check-boards.ts';
import { reportOf } from './check-command.ts';
import { comparisonsOf } from './diff-command.ts';
import { boards as boardFiles, expandNames } from './expand-names.ts';
import { explained } from './explain-command.ts';
import { factsJson } from './facts-command.ts';
import { Failure } from './failure.ts';
import type { Boot, BoardOptions, CheckOptions, Library, Report } from './library.ts';
import { addressOf, decodedJson, mapsOf } from './map-command.ts';
import { openTree } from './open-tree.ts';
import type * as program from './program.ts';
import { stopAtUnread } from './remark-unread.ts';
import { Session, type OpenBoard } from './session.ts';
import { resolveFile, settingsFor } from './settings.ts';
import type { Shell } from './shell.ts';
import { compiledTree } from './tree-commands.ts';

/** The functions of the npm package; each call gets a shell of its own, which prints nowhere. */
export function makeLibrary(makeShell: () => Shell): Library {
  const within = async <Result>(
    name: string,
    options: BoardOptions,
    use: (session: Session, read: program.BoardOptions) => Promise<Result>,
  ): Promise<Result> => {
    const shell = makeShell();
    for (const [file, text] of Object.entries(options.files ?? {}))
      shell.files.setBytes(resolveFile(file, shell.cwd), Buffer.from(text));
    const session = new Session(shell);
    try {
      return await use(new Session(shell, profileOf(options)), readOptions(options));
    } catch (error) {
      throw new Error(failureText(error, session, name), { cause: error });
    }
  };
  const open = async (
    session: Session,
    file: string,
    read: program.BoardOptions,
  ): Promise<OpenBoard> => {
    const opened = await openTree(session, file, read);
    stopAtUnread(opened);
    return opened;
  };
  const check = (files: readonly string[], options: CheckOptions): Promise<Report> =>
    within(files[0] ?? '', options, async (session, read) => {
      const { names, failures } = expandNames(session.shell, files, boardFiles);
      const wanted = checkOptions(read, options);
      // What is wrong with the options is wrong for all boards, and the caller's fault, not theirs.
      const { cwd } = session.shell;
      settingsFor(session.shell, resolveFile(names[0] ?? '.', cwd), { ...wanted, config: false });
      const checked = await checkAll(session, names, wanted, () => undefined);
      const inVain = failures.map(({ name, failure }) => failedBoard(name, failure));
      return reportOf(session.shell, [...checked, ...inVain], wanted);
    });
  return {
    analyze: async (file, options = {}) => {
      const report = await check([file], options);
      const [failure] = report.failures;
      if (failure) throw new Error(failure.because);
      return report;
    },
    check: (files, options = {}) => check([files].flat(), options),
    map: (file, options = {}) =>
      within(file, options, async (session, read) => {
        const maps = mapsOf(await open(session, file, read), options.for ?? 'host');
        const [first] = maps;
        if (first && maps.every(({ map }) => map.absent !== undefined))
          throw new Failure(first.map.absent);
        return maps.map(({ map }) => map);
      }),
    boot: (file, options = {}) =>
      within(file, options, async (session, read) => {
        const opened = await open(session, file, read);
        return bootsJson(opened, options.likely === true) as readonly Boot[];
      }),
    decode: (file, at, options = {}) =>
      within(file, options, async (session, read) => {
        const isFrame = typeof at === 'object';
        const text = textOf(isFrame ? at.mfn : at);
        const address = isFrame ? addressOf(undefined, text) : addressOf(text, undefined);
        return decodedJson(await open(session, file, read), { address, isFrame });
      }),
    explain: (what, options = {}) =>
      within(what, options, (session, read) =>
        explained(session, what, {
          ...read,
          ...(options.board === undefined ? {} : { board: options.board }),
        }),
      ),
    diff: (before, after, options = {}) =>
      within(after ?? before, options, (session, read) =>
        comparisonsOf(session, before, after, {
          ...read,
          ...(options.for === undefined ? {} : { for: options.for }),
        }),
      ),
    facts: (file, options = {}) =>
      within(file, options, async (session, read) =>
        factsJson(await open(session, file, read), file),
      ),
    compile: (file, options = {}) =>
      within(file, options, async (session, read) => {
        const symbols = options.symbols === true;
        return writeDtb((await compiledTree(session, file, { ...read, symbols })).tree);
      }),
  };
}

function textOf(number: string | bigint): string {
  return typeof number === 'string' ? number : `0x${number.toString(16)}`;
}

/** The profile that is given as an object. */
function profileOf({ profile }: BoardOptions): BootProfile {
  if (typeof profile !== 'object') return {};
  const read = readProfile(profile);
  if (!read.ok) throw new Failure(`profile: ${read.because}`);
  return read.value;
}

function readOptions(options: BoardOptions): program.BoardOptions {
  const given = <Name extends string>(
    name: Name,
    value: string | undefined,
  ): Partial<Record<Name, string>> =>
    value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, string>>);
  return {
    include: options.includePaths ?? [],
    define: Object.entries(options.defines ?? {}).map(([name, value]) => `${name}=${value}`),
    overlay: options.overlays ?? [],
    guest: options.guests ?? [],
    xen: options.xen ?? [],
    linux: options.linux ?? [],
    format: 'json',
    ...given('root', options.root),
    ...given('profile', typeof options.profile === 'string' ? options.profile : undefined),
    ...given('memoryFrom', options.memoryFrom),
    ...given('efiMap', options.efiMap),
    ...given('xenImage', options.xenImage),
    ...(options.bootScript === undefined ? {} : { bootScript: [options.bootScript].flat() }),
  };
}

function checkOptions(
  read: program.BoardOptions,
  { rules = {}, minSeverity, baseline, config }: CheckOptions,
): program.CheckOptions {
  const named = (severity: string): string[] =>
    Object.entries(rules).flatMap(([rule, each]) => (each === severity ? [rule] : []));
  return {
    ...read,
    // As a warning it is reported whatever it is by default.
    warning: [...named('warning'), ...named('off').map((rule) => `no-${rule}`)],
    error: [...named('error'), ...named('warning').map((rule) => `no-${rule}`)],
    hints: true,
    config,
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...(baseline === undefined ? {} : { baseline }),
  };
}
