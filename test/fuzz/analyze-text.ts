// Analyses texts that are on no disk: a root, the files it may include, and an overlay.

import { analyze, type Analysis, type BoardRequest } from '../../server/src/analysis/analyze.ts';
import { parseTargets } from '../../server/src/systems/targets.ts';
import type { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import type { FileSet, SourceFile } from '../../server/src/text/source-file.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { xenBoots } from '../../server/src/xen/xen-boots.ts';

export const rootFile = '/board/board.dts';
export const overlayFile = '/board/camera.dtso';

/** What an included file says when an input has none of its own: every list of targets finds something in it. */
const SOC = `/ { soc { #address-cells = <1>; #size-cells = <1>; ranges;
  intc: interrupt-controller@1000 { reg = <0x1000 0x1000>; interrupt-controller; #interrupt-cells = <3>; }; }; };
`;

/** Files by identity, remembering their identity from one version to the next as an editor's files do. */
export class TextFiles implements FileSet {
  readonly #files = new Map<string, SourceFile>();
  readonly #bytes = new Map<string, Uint8Array>([['/board/b.bin', Uint8Array.of(1, 2, 3, 4, 5)]]);

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [id, text] of Object.entries({ '/board/soc.dtsi': SOC, ...texts }))
      this.set(id, text);
  }

  set(id: string, text: string): void {
    if (this.#files.get(id)?.text !== text) this.#files.set(id, { id, text });
  }

  setBytes(id: string, bytes: Uint8Array): void {
    this.#bytes.set(id, bytes);
  }

  get(id: string): SourceFile | 'absent' {
    return this.#files.get(id) ?? 'absent';
  }

  bytes(id: string): Uint8Array | 'absent' {
    const text = this.#files.get(id)?.text;
    return this.#bytes.get(id) ?? (text === undefined ? 'absent' : Buffer.from(text, 'latin1'));
  }

  /** The files as they are now. */
  snapshot(): FileSet {
    const files = new Map(this.#files);
    return { get: (id) => files.get(id) ?? 'absent', bytes: (id) => this.bytes(id) };
  }
}

export interface TextRequest {
  readonly root?: string;
  readonly overlays?: readonly string[];
  readonly targets: readonly string[];
  readonly profile?: BootProfile;
}

export function analyzeText(
  files: FileSet,
  { root = rootFile, overlays = [], targets, profile = {} }: TextRequest,
  cache: PreprocessCache,
  previous?: Analysis,
): Analysis {
  const request: BoardRequest = {
    root,
    overlays,
    preprocessor: { includePaths: ['/board'], defines: new Map([['BOARD', '1']]) },
    facts: [{ basis: 'given', profile }],
    targets: parseTargets(targets).targets,
    rules: new Map(),
  };
  return analyze(request, files, cache, previous);
}

/** Everything an analysis says, as lines, without what only the way to it decides. */
export function describeAnalysis(analysis: Analysis): string {
  if (analysis.kind !== 'complete') return JSON.stringify(analysis);
  const { board, findings } = analysis;
  return [
    ...findings.map(({ rule, severity, message, at, related, targets, log }) =>
      JSON.stringify({ rule, severity, message, at, related, targets, log }),
    ),
    ...xenBoots(board).map((boot) => [boot.outcome.kind, ...boot.log.map(String)].join('\n')),
    ...board.sources.map(({ files, includes }) => JSON.stringify({ files, includes })),
  ].join('\n');
}
