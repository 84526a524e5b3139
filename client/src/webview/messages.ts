// What the memory map's page and the extension say to each other.

import type { MapPlace, MapModel } from '../../../server/src/map-view/map-model.ts';

export type ToPage =
  /** A new model; `select` asks for a release to be shown. */
  | { readonly type: 'model'; readonly model: MapModel; readonly select?: string }
  /** Where the caret is in a source file. */
  | { readonly type: 'caret'; readonly file: string; readonly line: number }
  /** Releases of Xen that can be tried: `4.18`. */
  | { readonly type: 'releases'; readonly releases: readonly string[] }
  /** The titles of a finding's fixes, in the order in which they are asked for. */
  | { readonly type: 'fixes'; readonly finding: string; readonly titles: readonly string[] }
  /** The server could not answer; the last map stays. */
  | { readonly type: 'trouble'; readonly message: string };

export type FromPage =
  | { readonly type: 'ready' }
  /** Show a place in the editor; `takesFocus` moves the caret there, else the page keeps it. */
  | { readonly type: 'reveal'; readonly place: MapPlace; readonly takesFocus: boolean }
  | { readonly type: 'fixes'; readonly finding: string }
  /** `title`: as it was shown; the fix of another name is not meant, wherever it stands now. */
  | {
      readonly type: 'fix';
      readonly finding: string;
      readonly index: number;
      readonly title: string;
    }
  /** Add a release of Xen to those shown. */
  | { readonly type: 'try'; readonly release: string }
  /** Take a release away again that was only tried. */
  | { readonly type: 'close'; readonly release: string }
  /** Save the map as a page that opens alone, beginning with that release. */
  | { readonly type: 'export'; readonly release?: string }
  | { readonly type: 'save'; readonly name: string; readonly svg: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'command'; readonly command: 'selectBoard' | 'bootProfile' };
