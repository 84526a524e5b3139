// Types of code-server.mjs, for the tests.

export function installCodeServer(): void;

export interface CodeServer {
  readonly url: string;
  readonly logFile: string;
  readonly userData: string;
  urlOf(folder: string, file: string, line?: number): string;
  stop(): Promise<void>;
}

export function serveCodeServer(options: {
  /** Absolute paths of .vsix files. */
  readonly extensions: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** A free one when undefined. */
  readonly port?: number | undefined;
}): Promise<CodeServer>;
