// The command line for programs: the same commands and options, plain data in and out. The types are the npm package's.

/** Lines and UTF-16 columns from 1, end exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Addresses in lower-case hexadecimal, `0x1a0000000`; `end` is the first address behind the range. */
export interface AddressRange {
  readonly start: string;
  readonly end: string;
}

export interface Fix {
  readonly title: string;
  /** Whether it moves no address, enables nothing and gives no memory away. */
  readonly safe: boolean;
  /** Each replaces the text at `at`. */
  readonly edits: readonly { readonly at: Place; readonly text: string }[];
}

export interface Finding {
  /** Id of the rule: each has a page. */
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  readonly at: Place;
  /** The board it was found on; of several the first. */
  readonly board: string;
  /** All boards it was found on, where there are several: those that include a file that is only a part of boards. */
  readonly boards?: readonly string[];
  /** Path of the node in which it stands; absent where it stands in none. */
  readonly node?: string;
  readonly related: readonly { readonly message: string; readonly at: Place }[];
  /** `xen:4.18.6`, `linux:6.12`; empty when it holds for every reader of the tree. */
  readonly targets: readonly string[];
  /** The assumed boot fact on which it depends; such a finding is at most `information`. */
  readonly condition?: string;
  /** Folders in which an included file was searched that is missing. */
  readonly searched?: readonly string[];
  /** The lines that it leads to, and who prints each: one of the targets, or `dtc`. */
  readonly log?: readonly { readonly target: string; readonly line: string }[];
  readonly fixes: readonly Fix[];
}

/** What `dtmap check --format json` prints. */
export interface Report {
  readonly version: 1;
  readonly files: readonly string[];
  /** Boards that could not be checked. */
  readonly failures: readonly { readonly file: string; readonly because: string }[];
  /** By board, where there are some: boot facts of a tree made for Xen that are assumed or not known. */
  readonly facts: Readonly<Record<string, readonly BootFact[]>>;
  readonly findings: readonly Finding[];
}

/** Something that a boot needs beside the tree. */
export interface BootFact {
  /** Its path in a boot profile. */
  readonly fact: string;
  readonly basis: 'given' | 'script' | 'log' | 'tree' | 'assumed' | 'unknown';
  /** Absent when it is not known; numbers of 64 bits are hexadecimal text. */
  readonly value?: unknown;
  /** Why it has this value, or none: a clause. */
  readonly because: string;
}

/** What `dtmap boot --format json` prints for one release. */
export interface Boot {
  readonly xen: string;
  readonly outcome: {
    readonly kind: 'boots' | 'panics' | 'hangs' | 'dom0-fails' | 'dom0-at-risk' | 'unknown';
    readonly line?: string;
    readonly because?: string;
  };
  /** As Xen prints them, `(XEN) ` included; lines that cannot be known are left out. */
  readonly log: readonly string[];
  readonly ram: readonly AddressRange[];
  readonly modules: readonly (AddressRange & { readonly index: number; readonly kind: string })[];
  readonly reserved: readonly (AddressRange & {
    readonly index: number;
    readonly kind: string;
    readonly node?: string;
  })[];
  readonly heap: readonly AddressRange[];
  readonly dom0: {
    readonly size: string;
    readonly banks: readonly AddressRange[];
    readonly memoryNodes: readonly {
      readonly name: string;
      readonly reg: readonly AddressRange[];
    }[];
    readonly extendedRegions: readonly AddressRange[];
    readonly kernel?: AddressRange;
    readonly initrd?: AddressRange;
    readonly dtb?: { readonly start: string; readonly end?: string };
    readonly linux?: { readonly release: string; readonly log: readonly string[] };
  } | null;
  /** What the inputs do not determine, by its path in this object. */
  readonly uncertain: readonly {
    readonly what: string;
    readonly because: string;
    readonly candidates?: readonly unknown[];
  }[];
}

/** How a board is read; all optional. Paths are relative to the current folder. */
export interface BoardOptions {
  readonly includePaths?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
  readonly overlays?: readonly string[];
  /** The board through which an included `.dtsi` is read. */
  readonly root?: string;
  /** Releases of Xen, `4.18` or `4.18.2`. */
  readonly xen?: readonly string[];
  /** Releases of Linux on bare metal. */
  readonly linux?: readonly string[];
  /** A boot profile: the object, or the path of a JSON file. */
  readonly profile?: Readonly<Record<string, unknown>> | string;
  /** Several are read as one: an environment, and the scripts that use it. */
  readonly bootScript?: string | readonly string[];
  readonly guests?: readonly string[];
  /** Texts that stand in place of files on the disk, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface CompileOptions extends BoardOptions {
  /** Adds `__symbols__`, as `dtc -@` does. */
  readonly symbols?: boolean;
}

/** Every function rejects with an `Error` of one line when it could not do it: when the command line ends with status 2. */
export interface Library {
  /** The findings of one board, hints included. */
  readonly analyze: (file: string, options?: BoardOptions) => Promise<Report>;
  /** What each of the releases of Xen does with the board: those of `options.xen`, or the default one. */
  readonly boot: (file: string, options?: BoardOptions) => Promise<readonly Boot[]>;
  /** The flattened tree, as dtc writes it. */
  readonly compile: (file: string, options?: CompileOptions) => Promise<Uint8Array>;
}

/** Runs a command of the command line with texts in place of files. Gives its standard output, or throws its one line. */
export type Command = (
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
) => Promise<Uint8Array>;

/** The functions of the npm package, over the command line that `run` stands for. */
export function makeLibrary(run: Command): Library {
  const ask = async (
    command: string,
    file: string,
    options: CompileOptions,
    format: string,
  ): Promise<Uint8Array> => {
    const profile =
      typeof options.profile === 'object' ? JSON.stringify(options.profile) : undefined;
    const made = profile === undefined ? {} : { [PROFILE]: profile };
    const argv = [command, file, '--format', format, ...argumentsOf(options)];
    return run(argv, { ...options.files, ...made });
  };
  const askJson = async (command: string, file: string, options: BoardOptions): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await ask(command, file, options, 'json')));
  return {
    analyze: async (file, options = {}) => (await askJson('check', file, options)) as Report,
    boot: async (file, options = {}) =>
      [(await askJson('boot', file, options)) as Boot | Boot[]].flat(),
    compile: (file, options = {}) => ask('compile', file, options, 'dtb'),
  };
}

/** Where a profile given as an object is put: no file of that name is read or written. */
const PROFILE = 'dtmap-library-profile.json';

function argumentsOf(options: CompileOptions): string[] {
  const each = (option: string, values: readonly string[] = []): string[] =>
    values.flatMap((value) => [option, value]);
  const one = (option: string, value: string | undefined): string[] =>
    value === undefined ? [] : [option, value];
  return [
    ...each('-I', options.includePaths),
    ...Object.entries(options.defines ?? {}).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
    ...each('--overlay', options.overlays),
    ...one('--root', options.root),
    ...each('--xen', options.xen),
    ...each('--linux', options.linux),
    ...one('--profile', typeof options.profile === 'object' ? PROFILE : options.profile),
    ...each('--boot-script', [options.bootScript ?? []].flat()),
    ...each('--guest', options.guests),
    ...(options.symbols === true ? ['--symbols'] : []),
  ];
}
