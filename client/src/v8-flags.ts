// The flags of V8 that the server is started with.

/** Megabytes of the young generation. With one, opening a board copies each survivor twice; more would be memory for nothing. */
const YOUNG = ['--min-semi-space-size=2', '--max-semi-space-size=2'];

/**
 * What node-tune-v8.ts sets at run time, where V8 may have frozen its flags by then, as in Electron. V8 11 counts bytes until it
 * optimises, 12 and later count calls. A flag that V8 does not know ends the process, so versions that were not tried get none,
 * and machines for which V8 may have no compiler between get no flag of it.
 */
export function v8Flags(v8: string, architecture: string): readonly string[] {
  const major = parseInt(v8, 10);
  if (major === 11) return [...YOUNG, '--heap-growing-percent=60', '--interrupt-budget=600000'];
  if (!(major >= 12 && major <= 14)) return YOUNG;
  const hasMaglev = architecture === 'x64' || architecture === 'arm64';
  const maglev = hasMaglev ? ['maglev=4000', 'maglev-osr=1000'] : [];
  const counts = [...maglev, 'turbofan=30000', 'osr=5000'];
  return [
    ...YOUNG,
    '--heap-growing-percent=60',
    ...counts.map((count) => `--invocation-count-for-${count}`),
  ];
}
