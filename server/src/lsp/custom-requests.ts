// The private part of the protocol: names and types of dtmap's own requests and notifications, shared with the client.

import type { MapModel } from '../map-view/map-model.ts';

/** A place as the protocol writes it: 0-based lines and columns in the agreed encoding, UTF-16 in VS Code, end exclusive. */
export interface Place {
  readonly uri: string;
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
}

export interface DocumentParams {
  readonly uri: string;
}

/** What the status bar shows for a document. */
export interface Status extends DocumentParams {
  /** The board the document is read through: itself for a `.dts`. Absent while none is known. */
  readonly board?: Board;
  /** The board that an overlay is applied to, or that a part is read behind which no board includes. */
  readonly base?: Board;
  /** What is to be chosen for the document before its memory is known. */
  readonly needs?: 'base' | 'board';
  /** `xen:4.22`, `linux:6.12`: as chosen, in that order. */
  readonly targets: readonly string[];
  /** `loading`: includes or boards are still being read. `stale`: the text is broken, the last good map stays. */
  readonly state: 'loading' | 'ready' | 'stale';
  /** One sentence for the tooltip, when there is something to say. */
  readonly because?: string;
  /** Which bindings the board is checked against, or that there are none; absent before its board was read. */
  readonly bindings?: string;
  /** How many boot facts are assumed or not known, in words; absent when there are none. */
  readonly facts?: string;
}

/** A setting that holds for a board. */
export interface BoardSetting {
  /** `targets`, `severity.reg-length`, `bootProfile.xen.address`. */
  readonly name: string;
  readonly value: string;
  /** `dtmap.json:3:14`, `setting of the editor` or `default`. */
  readonly from: string;
  /** Where it is written; absent for what is in no file. */
  readonly at?: Place;
}

/** A boot fact on which something of a predicted boot depends. */
export interface OpenFact {
  /** Its path in a boot profile: `xen.address`. */
  readonly fact: string;
  readonly title: string;
  /** Its assumed value; absent when it is not known. */
  readonly value?: string;
  /** What depends on it: `Xen 4.18.6: outcome, log`. */
  readonly decides: string;
  /** Where to find it. */
  readonly find: string;
  /** What kind of value it takes. */
  readonly takes: 'address' | 'boolean' | 'number' | 'text' | 'none';
}

export interface Board {
  readonly uri: string;
  /** As short as it stays unambiguous: `qcom/sc7180-trogdor-lazor.dts`. */
  readonly label: string;
}

/** One thing that was read for a document. */
export interface ReportLine {
  /** `Board`, `Include folder`, `Targets` … */
  readonly topic: string;
  readonly text: string;
  /** Why, or where. */
  readonly detail?: string;
  /** The file that it is. */
  readonly uri?: string;
  /** Where it is changed. */
  readonly opens?: 'boards' | 'facts' | 'targets' | 'profile';
}

/** The boards a document takes part in, else those that it may belong to; the current one first, then the likeliest. */
export interface Boards {
  readonly boards: readonly BoardChoice[];
  readonly current?: string;
}

/** A board that a document can be read through or applied to. */
export interface BoardChoice extends Board {
  /** What speaks for or against it, in words: which labels it has. */
  readonly detail?: string;
}

export interface SelectBoardParams extends DocumentParams {
  readonly board: string;
}

/** A system a board can be judged for. */
export interface Target {
  /** `xen:4.18`, as `dtmap.targets` takes it. */
  readonly id: string;
  /** `Xen 4.18` */
  readonly label: string;
  /** `4.18.6`, the point release it stands for. */
  readonly detail: string;
  /** Whether its console can be predicted and its releases are shown one at a time in the map. */
  readonly isHypervisor: boolean;
}

export interface InputParams {
  /** As the user is typing it. */
  readonly text: string;
  readonly isA: 'address' | 'size';
}

export interface DecodeParams extends DocumentParams {
  /** As the user wrote it: `0x1a02dc000`, `mfn 0x1a02dc`, or a log line that holds either. */
  readonly text: string;
}

/** Who owns one address. */
export interface Decoded {
  /** `0x1_a02d_c000 (MFN 0x1a02dc)` */
  readonly title: string;
  /** One per view: `Xen 4.18`, `reserved by hi@1a0000000`, and the definition that made it so. */
  readonly owners: readonly {
    readonly view: string;
    readonly owner: string;
    readonly at?: Place;
  }[];
}

export interface BootLogParams extends DocumentParams {
  /** `xen:4.18` */
  readonly target: string;
}

/** A line of a console or about one. */
export interface LogLine {
  readonly text: string;
  /** The source it is about. */
  readonly at?: Place;
  /** The page that tells more. */
  readonly page?: string;
}

export interface BootLog {
  /** The lines the release prints about memory, in order, `(XEN)` prefix included. */
  readonly lines: readonly LogLine[];
  /** How the boot ends, in one sentence. */
  readonly outcome: string;
  /** What cannot be known from the inputs, one sentence each. */
  readonly uncertain: readonly string[];
}

export interface CompareBootLogParams extends DocumentParams {
  /** The captured console text. */
  readonly log: string;
  /** `xen:4.18`; else the release that the log names, else the board's first Xen target. */
  readonly target?: string;
}

export interface ExplainLogParams {
  /** The document whose board the addresses of the log are looked up in. */
  readonly uri?: string;
  /** A captured console text, as short as a pasted panic. */
  readonly log: string;
}

/** Prediction and capture, reduced to the lines that can be compared. */
export interface BootLogComparison {
  readonly differs: boolean;
  /** One sentence. */
  readonly verdict: string;
  /** The release compared with: `4.18.6`. */
  readonly release: string;
  readonly predicted: readonly LogLine[];
  readonly captured: readonly LogLine[];
}

export interface PlacesForRegionParams extends DocumentParams {
  /** As the user wrote it: `16 MiB`, `16M`, `0x1000000`. */
  readonly size: string;
}

/** What the preprocessor leaves out of a document. */
export interface InactiveRegions {
  readonly ranges: readonly Place['range'][];
}

export interface MemoryMapParams extends DocumentParams {
  /** Releases to show beside the targets, to see what another one would make of it: `4.18` of the model's `system`. */
  readonly releases?: readonly string[];
}

/** What our client adds to the parameters of `textDocument/hover`. */
export interface HoverExtras {
  /** What a picture in the hover stands on; absent: no pictures. */
  readonly theme?: 'dark' | 'light';
}

export interface FindingParams extends DocumentParams {
  /** `MapNote.id` */
  readonly finding: string;
}

/** A quick fix, ready to be applied. */
export interface FindingFix {
  /** Says the result. */
  readonly title: string;
  readonly preferred?: boolean;
  readonly edits: readonly PlacedEdit[];
}

/** Replaces the text at a place. */
export interface PlacedEdit {
  readonly at: Place;
  readonly text: string;
  /** The part of `text` to be selected once it is made. */
  readonly select?: string;
  /** The version of the document that the place is in; absent when it was not open. */
  readonly version?: number;
}

export interface MergedTreeParams extends DocumentParams {
  /** Letters of a path or label; empty for the whole tree. */
  readonly filter: string;
}

/** Requests from client to server. */
export interface CustomRequests {
  'dtmap/status': { params: DocumentParams; result: Status };
  /** What was read for a document, in the order people ask. */
  'dtmap/reading': { params: DocumentParams; result: readonly ReportLine[] };
  'dtmap/boards': { params: DocumentParams; result: Boards };
  'dtmap/selectBoard': { params: SelectBoardParams; result: Status };
  /** Every system known, newest first. */
  'dtmap/settings': { params: DocumentParams; result: readonly BoardSetting[] };
  'dtmap/targets': { params: Record<string, never>; result: readonly Target[] };
  /** What is wrong with a text that somebody types; null when nothing is. */
  'dtmap/faultOf': { params: InputParams; result: string | null };
  'dtmap/facts': { params: DocumentParams; result: readonly OpenFact[] };
  'dtmap/decode': { params: DecodeParams; result: Decoded };
  'dtmap/bootLog': { params: BootLogParams; result: BootLog };
  'dtmap/compareBootLog': { params: CompareBootLogParams; result: BootLogComparison };
  /** Cause and cure of each line about memory, below it. */
  'dtmap/explainLog': { params: ExplainLogParams; result: { readonly lines: readonly LogLine[] } };
  /** The ways to add a reserved region of a size to a document, the best first. */
  'dtmap/placesForRegion': { params: PlacesForRegionParams; result: readonly FindingFix[] };
  /** The devicetree that the sources of the document's board come to, as source. */
  'dtmap/mergedTree': { params: MergedTreeParams; result: { readonly lines: readonly LogLine[] } };
  /** The lines that no condition lets through. */
  'dtmap/inactiveRegions': { params: DocumentParams; result: InactiveRegions };
  /** The picture's data; places in it carry URIs as `file`. */
  'dtmap/memoryMap': { params: MemoryMapParams; result: MapModel };
  /** The fixes of one finding; empty when it has none or is gone. */
  'dtmap/findingFixes': { params: FindingParams; result: readonly FindingFix[] };
  /** The memory map for pasting into a mail or a bug report. */
  'dtmap/markdown': { params: DocumentParams; result: string };
}

/** Requests from server to client: the browser build has no file system of its own. */
export interface ClientRequests {
  /** The file's bytes as base64, or null when there is no such file. */
  'dtmap/readFile': { params: DocumentParams; result: string | null };
  /** The names in a directory, those of directories ending in `/`; null when there is no such directory. */
  'dtmap/readDirectory': { params: DocumentParams; result: readonly string[] | null };
}

/** Notifications from server to client. */
export interface CustomNotifications {
  /** Sent when anything it says has changed. */
  'dtmap/status': Status;
}

/** What the client passes as `initializationOptions`; every field may be missing. */
export interface InitializationOptions {
  /** The board chosen in an earlier session for a `.dtsi`, by uri. */
  readonly boards?: Readonly<Record<string, string>>;
  /** Where the `.wasm` files are; only the browser build needs to be told. */
  readonly assets?: string;
  /** The uri of the folder with the pages of the rules, where the client has them. */
  readonly rulePages?: string;
  /** Whether files that a `dtmap.json` names may be read; absent: they may. */
  readonly isTrusted?: boolean;
  /** Whether the client has the command that adds a folder to `dtmap.includePaths`. */
  readonly addsIncludePaths?: boolean;
  /**
   * `memory`: another server has names, formatting, completion, outline and colours of the same files, and only findings,
   * fixes, lenses, hints and hovers over memory are wanted. `all` when it is missing.
   */
  readonly languageFeatures?: 'all' | 'memory';
}
