// Which overlays of test/fixtures/overlays are applied together, in order.

/** One application: overlays by file name without ending, and whether fdtoverlay takes them. */
export interface OverlayCase {
  readonly overlays: readonly string[];
  readonly applies: boolean;
  /** The facts of the problems, where it does not apply. */
  readonly problems?: readonly Readonly<Record<string, string>>[];
}

export const overlayCases: readonly OverlayCase[] = [
  ...[
    ...['one-fragment', 'several-fragments', 'new-nodes', 'local-references', 'nested-labels'],
    ...['existing-node', 'target-path', 'explicit-fragments', 'target-alias', 'root-symbols'],
    'own-phandle',
  ].map((name) => ({ overlays: [name], applies: true })),
  { overlays: ['new-nodes', 'on-top-of-new-nodes'], applies: true },
  { overlays: ['local-references', 'nested-labels', 'own-phandle', 'one-fragment'], applies: true },
  {
    overlays: ['on-top-of-new-nodes'],
    applies: false,
    problems: [
      { because: 'symbol-missing', label: 'second' },
      { because: 'symbol-missing', label: 'first' },
    ],
  },
  {
    overlays: ['missing-symbol'],
    applies: false,
    problems: [{ because: 'symbol-missing', label: 'pll' }],
  },
  {
    overlays: ['missing-target'],
    applies: false,
    problems: [{ because: 'symbol-missing', label: 'spi7' }],
  },
  {
    overlays: ['missing-path'],
    applies: false,
    problems: [{ because: 'target-missing', fragment: 'fragment@0', path: '/soc/nothing' }],
  },
  {
    overlays: ['fragment-without-target'],
    applies: false,
    problems: [{ because: 'target-absent', fragment: 'fragment@0' }],
  },
];
