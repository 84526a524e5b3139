// Everything known about one root file.

import type { Range } from '../addresses/region.ts';
import type { TreeBindings } from '../bindings/tree-bindings.ts';
import type { MemoryMap } from '../memory/memory-map.ts';
import type { UnreadText } from '../memory/unread-text.ts';
import type { ExpandedSource } from '../preprocess/preprocessed.ts';
import type { FileSet } from '../text/source-file.ts';
import type { FileId, Span } from '../text/span.ts';
import type { DeviceTree, Written } from '../tree/device-tree.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import type { Boot } from '../target/boot.ts';

/** A file that the boot loader puts into memory, as a boot script says. */
export interface Load extends LoaderFile {
  /** As the script names it. */
  readonly file: string;
  /** The line of the script. */
  readonly at: Span;
  /** The file itself, when it is there. */
  readonly path?: FileId;
  /** In which arms of which conditions it is loaded, where those are not known; two arms of one choice never both run. */
  readonly alternatives?: readonly {
    readonly choice: number;
    readonly arm: number;
    /** A clause. */
    readonly because: string;
  }[];
}

/** What a guest is given of the host: an xl configuration, the partial tree it passes on, or both. */
export interface Guest {
  /** The name of its file. */
  readonly name: string;
  /** Bytes of RAM, when it says so, with the place. */
  readonly memory?: { readonly size: bigint; readonly at: Span };
  /** Host ranges it may access; `guest` is where it sees the first byte. */
  readonly iomem: readonly (Range & { readonly guest: bigint; readonly at: Span })[];
  /** Paths of host nodes it names, and by which setting. */
  readonly nodes: readonly {
    readonly path: string;
    readonly by: 'dtdev' | 'dt_passthrough_nodes';
    readonly at: Span;
  }[];
  /** Settings xl does not take. */
  readonly wrong: readonly { readonly because: string; readonly at: Span }[];
  /** Its partial tree. */
  readonly tree?: DeviceTree;
  /** Whether xl makes it: xl copies the nodes of a partial tree and leaves `xen,reg` and `xen,path` unread. */
  readonly isMadeByXl?: true;
  /** Where the boot loader puts that tree: it then is the guest whose module is there. */
  readonly loadedAt?: bigint;
}

/** What a tree has more of than is judged. */
export interface Excess {
  readonly what: 'nodes' | 'properties' | 'memory ranges' | 'translations by buses';
  /** How many are judged at most. */
  readonly limit: number;
  /** The first one too many. */
  readonly at: Written;
}

/** What is known of it; all but sources, files and tree is worked out when somebody asks. */
export interface Board {
  /** Undefined for a board read from a blob. */
  readonly source: ExpandedSource | undefined;
  /** The sources of root and overlays, in that order; blobs have none. */
  readonly sources: readonly ExpandedSource[];
  readonly files: FileSet;
  readonly tree: DeviceTree;
  /** The first text of the board that was not read: the map has it, too. */
  readonly unread?: UnreadText | undefined;
  readonly map: MemoryMap;
  /** Set when the tree is too large to be judged: then the map is empty and nothing boots it. */
  readonly excess?: Excess | undefined;
  /** Who reads the tree instead of Linux and Xen; then nothing boots it, and only its text and tree are checked. */
  readonly foreignReader?: string | undefined;
  readonly facts: BootFacts;
  /** Files the boot loader loads, in its order; absent when no boot script was given. */
  readonly loads?: readonly Load[];
  /** Guests that were named beside the board; absent when there are none. */
  readonly guests?: readonly Guest[];
  /** What the bindings say of the tree; absent when none were given, and for an overlay by itself. */
  readonly bindings?: TreeBindings;
  /** One per target, in the order asked for. */
  readonly boots: readonly Boot[];
}
