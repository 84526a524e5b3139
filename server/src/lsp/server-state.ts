// What every request may look at.

import type { WorkspaceEdit } from 'vscode-languageserver';
import type { IncludeIndex } from '../ide/include-index.ts';
import type { PreprocessCache } from '../preprocess/preprocess.ts';
import type { FileId } from '../text/span.ts';
import type { ClientAbilities } from './client-abilities.ts';
import type { BoardSetting } from './custom-requests.ts';
import type { BindingsState } from './board-bindings.ts';
import type { Boards } from './boards.ts';
import type { Files } from './files.ts';
import type { OpenTexts } from './open-texts.ts';
import type { Positions } from './positions.ts';
import type { BoardReading } from './board-reading.ts';
import type { IndexScan } from './scan-includes.ts';
import type { Settings } from './settings.ts';

/** The server's state as requests see it. */
export interface Server {
  /** What the client said it can do; of one that can do nothing before it has said so. */
  readonly client: ClientAbilities;
  readonly positions: Positions;
  readonly takesVersionedEdits: boolean;
  readonly takesSnippetEdits: boolean;
  /** Whether the client adds folders to its setting when asked to. */
  readonly addsIncludePaths: boolean;
  /** Whether hovers are about memory alone, since another server has the others. */
  readonly languageFeatures: 'all' | 'memory';
  readonly files: Files;
  readonly index: IncludeIndex;
  readonly scan: IndexScan;
  readonly boards: Boards;
  readonly settings: Settings;
  readonly folders: readonly FileId[];
  /** The file of a URI that the client sent: one, by whichever of its names the client opened it. */
  fileOf(uri: string): FileId;
  /** How the includes of a root were looked for, once it was asked for. */
  readingOf(root: FileId): BoardReading | undefined;
  /** Every setting that holds for a board, with where it comes from. */
  settingsOf(root: FileId): Promise<readonly BoardSetting[]>;
  /** The targets that a board is checked against, as they are named. */
  targetsOf(root: FileId | undefined): readonly string[];
  /** The URI of a file, as the client writes it when the file is open. */
  uriOf(file: FileId): string;
  /** The version of an open document. */
  versionOf(file: FileId): number | undefined;
  /** Whether a file is open in the editor. */
  isOpen(file: FileId): boolean;
  openFiles(): Iterable<FileId>;
  /** What is known of the bindings of a board. */
  bindingsOf(root: FileId): BindingsState;
  /** The syntax trees of open files. */
  readonly texts: OpenTexts;
  /** What analyses share. */
  readonly cache: PreprocessCache;
  /** Resolves in a later turn of the event loop. */
  pause(): Promise<void>;
  /** The URI of a rule's page; undefined when there is none to open. */
  rulePage(rule: string): string | undefined;
  /** Asks the client to make an edit, without waiting for whether it does. */
  applyEdit(label: string, edit: WorkspaceEdit): void;
}
