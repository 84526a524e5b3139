// The command line for programs: what its commands read and give, as plain data. These are the types of the npm package.

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
  /** Targets as they were asked for, `xen:4.18`, `linux:6.12`; empty when it holds for every reader of the tree. */
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

/** How a boot ends. */
export interface Outcome {
  readonly kind: 'boots' | 'panics' | 'hangs' | 'dom0-fails' | 'dom0-at-risk' | 'unknown';
  /** A name of the reason that does not change with its wording. */
  readonly code?: string;
  readonly line?: string;
  readonly because?: string;
  /** On which assumed fact it depends. */
  readonly condition?: string;
  /** Of what is not known: how it most likely ends. */
  readonly likely?: Outcome;
}

/** What `dtmap boot --format json` prints for one release. */
export interface Boot {
  readonly version: 1;
  /** As it was asked for: `xen:4.18`. */
  readonly target: string;
  /** The point release: `4.18.6`. */
  readonly release: string;
  /** The same as `release`. */
  readonly xen: string;
  readonly outcome: Outcome;
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
    readonly code?: string;
    readonly because: string;
    /** The boot fact that would decide it. */
    readonly fact?: string;
    readonly candidates?: readonly unknown[];
  }[];
  readonly facts: readonly BootFact[];
}

/** A range with the node that gives it, and where it is written. */
export interface Placed extends AddressRange {
  readonly node?: string;
  readonly at?: Place;
}

/** What `dtmap map --format json` prints for one release. */
export interface MemoryMap {
  readonly version: 1;
  /** The reader: `host`, `xen`, `dom0`, `linux` or the name of a domain. */
  readonly for: string;
  /** As it was asked for: `xen:4.18`; absent for the host. */
  readonly target?: string;
  /** The point release: `4.18.6`. */
  readonly release?: string;
  /** Why there is no such reader under this target, where several were asked for; all lists are empty then. */
  readonly absent?: string;
  readonly banks: readonly Placed[];
  readonly reserved: readonly (Placed & {
    readonly kind: string;
    readonly noMap: boolean;
    readonly reusable: boolean;
    readonly status: string;
    /** Who owns it for this reader, in words. */
    readonly owner: string;
  })[];
  readonly modules: readonly (Placed & { readonly kind: string })[];
  readonly devices: readonly Placed[];
  readonly free: readonly AddressRange[];
  readonly unknown: readonly {
    readonly node?: string;
    readonly at?: Place;
    readonly because: string;
  }[];
}

/** What `dtmap decode --format json` prints. */
export interface Decoded {
  readonly version: 1;
  readonly address: string;
  /** The address in pages of 4 KiB. */
  readonly mfn: string;
  readonly owners: readonly {
    /** `Devicetree`, `Xen 4.18.6`, `dom0 (Xen 4.18.6)`. */
    readonly view: string;
    readonly target?: string;
    readonly release?: string;
    readonly owner: string;
    /** `unless …`: on which assumed boot fact it depends. */
    readonly condition?: string;
    readonly node?: string;
    readonly at?: Place;
  }[];
}

/** What `dtmap explain RULE --format json` prints. */
export interface RulePage {
  readonly version: 1;
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly title: string;
  /** Markdown, as the rest of the page. */
  readonly why: string;
  readonly instead: string;
  readonly source: readonly string[];
}

/** What `dtmap explain LOG --format json` prints. */
export interface ExplainedLog {
  readonly version: 1;
  readonly file: string;
  readonly lines: readonly {
    /** Of the log, from 1. */
    readonly line: number;
    readonly text: string;
    /** `fatal`: the boot or a domain ends; `fault`: something is wrong; `fact`: neither. */
    readonly grade: 'fatal' | 'fault' | 'fact';
    readonly cause: string;
    readonly cure?: string;
    readonly rule?: string;
    readonly address?: string;
    readonly node?: string;
    readonly at?: Place;
    /** How many equal lines follow. */
    readonly repeats: number;
  }[];
}

/** What `dtmap diff --format json` prints for one reader. */
export interface Difference {
  readonly version: 1;
  readonly for: string;
  /** The releases, where they are what differs. */
  readonly before?: string;
  readonly after?: string;
  /** How the boot ends in both, where that differs. */
  readonly boot?: { readonly before: string; readonly after: string };
  /** Of the memory map. */
  readonly changes: readonly {
    readonly change: 'added' | 'removed' | 'moved' | 'resized' | 'changed';
    /** `RAM`, `reserved`, `module` or `device`. */
    readonly what: string;
    readonly node?: string;
    readonly before?: MapEntry;
    readonly after?: MapEntry;
  }[];
  /** Of the tree; absent where releases are compared, which read the same one. */
  readonly tree?: readonly {
    readonly change: 'added' | 'removed' | 'renamed' | 'changed';
    readonly node: string;
    /** Absent for a change of the node itself. */
    readonly property?: string;
    /** Path of a renamed node before. */
    readonly from?: string;
    /** How many nodes are below an added or removed one. */
    readonly below?: number;
    readonly at?: Place;
    readonly before?: { readonly value: string; readonly at?: Place };
    readonly after?: { readonly value: string; readonly at?: Place };
  }[];
}

/** An entry of a map that changed. */
export interface MapEntry extends Placed {
  readonly what: string;
  readonly flags: string;
  readonly owner?: string;
}

/** What `dtmap facts --format json` prints. */
export interface Facts {
  readonly version: 1;
  readonly file: string;
  readonly targets: readonly string[];
  readonly facts: readonly (BootFact & {
    readonly title: string;
    /** What of a predicted boot depends on it: paths in `Boot`. */
    readonly decides: readonly {
      readonly target: string;
      readonly release: string;
      readonly parts: readonly string[];
    }[];
    /** Where its value is found. */
    readonly find: string;
  })[];
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
  /** A captured boot log, or the DTB of the running board: what RAM and reservations there are. */
  readonly memoryFrom?: string;
  /** A dump of the UEFI memory map. */
  readonly efiMap?: string;
  /** An image of Xen, for its size and how it was built. */
  readonly xenImage?: string;
  readonly guests?: readonly string[];
  /** Texts that stand in place of files on the disk, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface CheckOptions extends BoardOptions {
  /** Severities by rule id, before those of `dtmap.json`. */
  readonly rules?: Readonly<Record<string, 'error' | 'warning' | 'off'>>;
  /** Leaves out what is less severe. */
  readonly minSeverity?: Finding['severity'];
  /** A file with recorded findings, which are left out. */
  readonly baseline?: string;
  /** Another `dtmap.json` than the nearest one, or none. */
  readonly config?: string | false;
}

export interface BootOptions extends BoardOptions {
  /** Lines that depend on assumed boot facts, too. */
  readonly likely?: boolean;
}

export interface MapOptions extends BoardOptions {
  /** `host` (the default), `xen`, `dom0`, `linux` or the name of a domain. */
  readonly for?: string;
}

export interface DiffOptions extends BoardOptions {
  readonly for?: string;
}

export interface ExplainOptions extends BoardOptions {
  /** The board that a log is from, so that addresses lead to nodes. */
  readonly board?: string;
}

export interface CompileOptions extends BoardOptions {
  /** Adds `__symbols__`, as `dtc -@` does. */
  readonly symbols?: boolean;
}

/** Every function rejects with an `Error` of one line when it could not do it: when the command line ends with status 2. */
export interface Library {
  /** The findings of one board, hints included. */
  readonly analyze: (file: string, options?: CheckOptions) => Promise<Report>;
  /** The findings of boards, of folders of them, and of parts of boards; a board that could not be checked is in `failures`. */
  readonly check: (files: string | readonly string[], options?: CheckOptions) => Promise<Report>;
  /** The memory map of one reader: one for each release that was asked for and decides it. */
  readonly map: (file: string, options?: MapOptions) => Promise<readonly MemoryMap[]>;
  /** What each of the releases of Xen does with the board: those of `options.xen`, or the default one. */
  readonly boot: (file: string, options?: BootOptions) => Promise<readonly Boot[]>;
  /** Who owns an address, `0x1a02dc000`, or a machine frame, `{ mfn: '0x1a02dc' }`, in every view. */
  readonly decode: (
    file: string,
    at: string | bigint | { readonly mfn: string | bigint },
    options?: BoardOptions,
  ) => Promise<Decoded>;
  /** A rule by its id, or the lines about memory of a captured boot log, by its path. */
  readonly explain: (what: string, options?: ExplainOptions) => Promise<RulePage | ExplainedLog>;
  /**
   * What changed between two files; between two revisions of one, for `REV1..REV2` of git and a file; with `undefined` as
   * the second, between the releases that `options` names: one for each reader and pair of neighbours.
   */
  readonly diff: (
    before: string,
    after: string | undefined,
    options?: DiffOptions,
  ) => Promise<readonly Difference[]>;
  /** The boot facts of a board: what is known, what is assumed, and what depends on it. */
  readonly facts: (file: string, options?: BoardOptions) => Promise<Facts>;
  /** The flattened tree, as dtc writes it. */
  readonly compile: (file: string, options?: CompileOptions) => Promise<Uint8Array>;
}
