// Types of choose-editor.mjs, for the tests.

/** What the choice depends on. */
export interface Machine {
  /** `process.platform` */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `os.release()` */
  readonly release: string;
  /** 0 for root; undefined on Windows. */
  readonly uid: number | undefined;
  readonly exists: (file: string) => boolean;
}

export function chooseEditor(
  machine: Machine,
): { kind: 'own'; command: string } | { kind: 'browser'; because: string };

export function startOf(
  command: string,
  args: readonly string[],
  platform: string,
): { file: string; args: readonly string[]; shell: boolean };
