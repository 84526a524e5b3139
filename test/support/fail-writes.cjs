// Counts the calls that change files, and lets one of them fail or end the process: preloaded by `node --require`, or in
// the test's own process.

const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const NAMES = [
  ...['open', 'close', 'write', 'writev', 'writeFile', 'appendFile', 'fsync', 'fdatasync'],
  ...[
    'ftruncate',
    'truncate',
    'futimes',
    'utimes',
    'lutimes',
    'fchmod',
    'chmod',
    'fchown',
    'chown',
  ],
  ...['rename', 'link', 'symlink', 'unlink', 'rm', 'rmdir', 'mkdir', 'mkdtemp', 'copyFile', 'cp'],
];
const original = { ...fs };

/**
 * Calls `onCall(name, number, args)` before each, numbers from 1. Of `open` only those count that can change the file, of
 * `close` those of such files. Returns a function that undoes it.
 */
function watchWrites(onCall) {
  let number = 0;
  const open = new Set();
  // What a call does by way of others is its own affair.
  let isInside = false;
  const wrap = (owner, name, kind) => {
    const real = owner[name];
    if (typeof real !== 'function') return () => undefined;
    owner[name] = (...args) => {
      const isOther =
        (kind === 'open' && isReading(args[1])) || (kind === 'close' && !open.has(args[0]));
      if (isInside || isOther) return real.apply(owner, args);
      isInside = true;
      try {
        onCall(name, (number += 1), args);
        const result = real.apply(owner, args);
        if (name === 'openSync') open.add(result);
        if (name === 'closeSync') open.delete(args[0]);
        return result;
      } finally {
        isInside = false;
      }
    };
    return () => (owner[name] = real);
  };
  const undo = NAMES.flatMap((name) => [
    wrap(fs, `${name}Sync`, name),
    wrap(fs, name, name),
    wrap(fs.promises, name, name),
  ]);
  undo.push(wrap(fs, 'createWriteStream', 'createWriteStream'));
  syncBuiltinESMExports();
  return () => {
    for (const each of undo) each();
    syncBuiltinESMExports();
  };
}

function isReading(flags) {
  return flags === undefined || flags === 'r' || flags === fs.constants.O_RDONLY;
}

/** An error as the system has it. */
function systemError(code, call) {
  return Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });
}

module.exports = { watchWrites, systemError };

// As a preload: DTMAP_FAULTS is a list of { at, call?, does }: at the call of that number (of that name) the process ends
// by the signal `does`, or halfway through a write (`half`), or the call fails with the code. DTMAP_CALLS names a file that
// gets a line for each call.
if (process.env.DTMAP_FAULTS !== undefined || process.env.DTMAP_CALLS !== undefined) {
  const faults = JSON.parse(process.env.DTMAP_FAULTS ?? '[]');
  const counts = new Map();
  watchWrites((name, number, args) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (process.env.DTMAP_CALLS)
      original.appendFileSync(process.env.DTMAP_CALLS, `${name} ${String(args[0])}\n`);
    for (const { at, call, does } of faults) {
      if (call === undefined ? at !== number : call !== name || at !== counts.get(name)) continue;
      if (does === 'half' && name === 'writeSync')
        original.writeSync(args[0], args[1], 0, Math.floor(args[1].length / 2), 0);
      if (does === 'half') process.kill(process.pid, 'SIGKILL');
      else if (does.startsWith('SIG')) process.kill(process.pid, does);
      else throw systemError(does, name);
    }
  });
}
