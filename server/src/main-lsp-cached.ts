// The language server for a client that has a folder for what can be made again: `server.js`, with the code that V8 compiled in
// an earlier run.
//   node server-cached.js --code-cache=FOLDER [what server.js takes]      NODE_DEBUG=dtmap says whether it was taken

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { debuglog } from 'node:util';
import { Script } from 'node:vm';
import { codeCacheOf } from './node-code-cache.ts';
import { GROWTH, letHeapGrow, tuneV8 } from './node-tune-v8.ts';

/** Milliseconds from the start until compiled code is kept: what opens a board has been compiled by then. */
const UNTIL_KEPT = 5000;

const option = '--code-cache=';
const folder = process.argv.find((each) => each.startsWith(option))?.slice(option.length);
const file = path.join(__dirname, 'server.js');
const text = readFileSync(file, 'utf8').replace(/^#!.*/, '');
const cache = folder === undefined ? undefined : codeCacheOf(file, folder);

// V8 takes code that was compiled under the same flags, so these are set before it looks, and again before it gives the code.
tuneV8();
const parameters = 'exports, require, module, __filename, __dirname';
const script = new Script(`(function (${parameters}) {${text}\n})`, {
  filename: file,
  ...(cache?.kept && { cachedData: cache.kept }),
});
const isTaken = cache?.kept !== undefined && script.cachedDataRejected !== true;
const debug = debuglog('dtmap');
debug(`compiled code ${isTaken ? 'taken' : 'not taken'}`);
const module = { exports: {} };
const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
run(module.exports, createRequire(file), module, file, __dirname);

if (cache && !isTaken)
  setTimeout(() => {
    letHeapGrow(GROWTH);
    cache.keep(script.createCachedData());
    debug('compiled code kept');
  }, UNTIL_KEPT).unref();
