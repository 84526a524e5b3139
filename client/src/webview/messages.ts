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
  | { readonly type: 'fix'; readonly finding: string; readonly index: number }
  /** Add a release of Xen to those shown. */
  | { readonly type: 'try'; readonly release: string }
  | { readonly type: 'save'; readonly name: string; readonly svg: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'command'; readonly command: 'selectBoard' | 'bootProfile' };
