// The files of a workbench's workspace, wherever it keeps them.

/** Paths are relative to the workspace, with `/`. Every method rejects when the workspace cannot do what it is asked. */
export interface WorkspaceFiles {
  /** Makes a file, and the folders it is in, or replaces its text. */
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Removes a file, or a folder with everything in it, if it is there. */
  remove(file: string): Promise<void>;
}
