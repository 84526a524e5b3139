// What is written is whole, all of a set or none; modes, owners and links stay; every call of the disk fails once.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NodeFiles } from '../server/src/node-files.ts';
import type { Replacement, Unreplaced } from '../server/src/text/replacement.ts';
import { systemError, watchWrites } from './support/fail-writes.cjs';

const LEFT = /^\.(.+)\.dtmap-(new|old)-[0-9a-f]{12}$/;

describe('writing files', function () {
  this.timeout(60_000);
  let folder = '';
  const files = new NodeFiles();
  const file = (name: string): string => path.join(folder, name);
  const textOf = (name: string): string => readFileSync(file(name), 'utf8');
  const left = (): string[] => readdirSync(folder).filter((name) => LEFT.test(name));

  function make(name: string, text: string): string {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
    return file(name);
  }
  /** Replaces texts: `[name, before, after]`. */
  function replace(
    ...all: readonly (readonly [string, string, string])[]
  ): Promise<Unreplaced | undefined> {
    return files.replaceAll(
      new Map(
        all.map(([name, before, after]): [string, Replacement] => [
          path.isAbsolute(name) || name.startsWith('file:') ? name : file(name),
          { before: Buffer.from(before), after: Buffer.from(after) },
        ]),
      ),
    );
  }
  const becauseOf = async (result: Promise<Unreplaced | undefined>): Promise<string> => {
    const stopped = await result;
    assert.deepEqual(stopped?.changed, []);
    return `${path.basename(stopped.file)}: ${stopped.because}`;
  };
  /** Does `work` with one call failing: that of a name, or the first that `fails` picks. */
  async function failing<Result>(
    fails: (name: string, number: number, args: readonly unknown[]) => string | undefined,
    work: () => Result,
  ): Promise<Awaited<Result>> {
    const undo = watchWrites((name, number, args) => {
      const code = fails(name, number, args);
      if (code !== undefined) throw systemError(code, name);
    });
    try {
      return await work();
    } finally {
      undo();
    }
  }
  const failsAt =
    (call: string, code: string) =>
    (name: string): string | undefined =>
      name === call ? code : undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dtmap-write-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('a set that was read', () => {
    it('is replaced, by names of every kind, and what is the same is not touched', async () => {
      make('a.dts', 'a');
      make('b.dts', 'b');
      make('same.dts', 'same');
      const { ino } = statSync(file('same.dts'));
      const stopped = await replace(
        ['a.dts', 'a', 'A'],
        [pathToFileURL(file('b.dts')).href, 'b', ''],
        ['same.dts', 'same', 'same'],
      );
      assert.equal(stopped, undefined);
      assert.deepEqual(['a.dts', 'b.dts', 'same.dts'].map(textOf), ['A', '', 'same']);
      assert.equal(statSync(file('same.dts')).ino, ino);
      assert.deepEqual(left(), []);
    });

    it('keeps modes, and owners as far as it may', async () => {
      for (const mode of [0o600, 0o640, 0o664, 0o755, 0o777]) {
        make('a.dts', 'a');
        chmodSync(file('a.dts'), mode);
        if (process.getuid?.() === 0) chownSync(file('a.dts'), 1234, 2345);
        const { uid, gid } = statSync(file('a.dts'));
        assert.equal(await replace(['a.dts', 'a', 'A']), undefined);
        const after = statSync(file('a.dts'));
        assert.deepEqual([after.mode & 0o7777, after.uid, after.gid], [mode, uid, gid]);
        rmSync(file('a.dts'));
      }
    });

    it('is written where links lead, and they stay links', async () => {
      make('real/a.dts', 'a');
      make('board/x', '');
      symlinkSync('real', file('way'));
      symlinkSync('../way/../real/a.dts', file('board/second'));
      symlinkSync(file('board/second'), file('first'));
      assert.equal(await replace(['first', 'a', 'A']), undefined);
      assert.equal(textOf('real/a.dts'), 'A');
      assert.equal(readlinkSync(file('first')), file('board/second'));
      assert.equal(readlinkSync(file('board/second')), '../way/../real/a.dts');
      assert.equal(await replace(['way/a.dts', 'A', 'B']), undefined);
      assert.equal(textOf('real/a.dts'), 'B');
      assert.deepEqual(readdirSync(file('real')), ['a.dts']);
    });

    it('is written beside what a link means, whose `..` leads out of a linked folder', async () => {
      make('deep/real/x', '');
      make('deep/a.dts', 'a');
      symlinkSync('deep/real', file('way'));
      symlinkSync('way/../a.dts', file('link'));
      const temporaries: string[] = [];
      const seen = (name: string, _number: number, [target]: readonly unknown[]): undefined => {
        if (name === 'openSync' && String(target).includes('.dtmap-'))
          temporaries.push(realpathSync.native(path.dirname(String(target))));
      };
      assert.equal(await failing(seen, () => replace(['link', 'a', 'A'])), undefined);
      assert.equal(textOf('deep/a.dts'), 'A');
      assert.deepEqual(temporaries, [realpathSync(file('deep'))]);
    });

    it('is left alone when one of it is not what was read', async () => {
      const cases: readonly (readonly [RegExp, () => void])[] = [
        [
          /^b\.dts: changed on disk after it was read; run the command again$/,
          () => make('b.dts', 'c'),
        ],
        [
          /^b\.dts: was removed after it was read$/,
          () => {
            rmSync(file('b.dts'));
          },
        ],
        [
          /^b\.dts: has 2 hard links, .*copy/,
          () => {
            linkSync(file('b.dts'), file('other'));
          },
        ],
        [
          /^b\.dts: is not a regular file$/,
          () => {
            rmSync(file('b.dts'));
            mkdirSync(file('b.dts'));
          },
        ],
        [
          /^b\.dts: is not a regular file$/,
          () => {
            rmSync(file('b.dts'));
            symlinkSync('/dev/null', file('b.dts'));
          },
        ],
        [
          /^b\.dts: is edited under two names$/,
          () => {
            rmSync(file('b.dts'));
            symlinkSync('a.dts', file('b.dts'));
          },
        ],
        [
          /^b\.dts: too many symbolic links$/,
          () => {
            rmSync(file('b.dts'));
            symlinkSync('b.dts', file('b.dts'));
          },
        ],
      ];
      for (const [reason, spoil] of cases) {
        make('a.dts', 'a');
        make('b.dts', 'b');
        spoil();
        const { ino } = statSync(file('a.dts'));
        assert.match(await becauseOf(replace(['a.dts', 'a', 'A'], ['b.dts', 'b', 'B'])), reason);
        assert.equal(textOf('a.dts'), 'a');
        assert.equal(statSync(file('a.dts')).ino, ino);
        assert.deepEqual(left(), []);
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      }
    });

    it('is not overwritten when somebody saves it while the new texts are written', async () => {
      for (const name of ['a.dts', 'b.dts']) {
        make('a.dts', 'a');
        make('b.dts', 'b');
        let isSaved = false;
        const result = failing(
          (call, _number, [target]) => {
            if (call === 'openSync' && String(target).includes('.dtmap-') && !isSaved) {
              isSaved = true;
              // The same bytes again: somebody has decided.
              const { atime, mtime } = statSync(file(name));
              writeFileSync(file(name), name.charAt(0));
              utimesSync(file(name), atime, mtime);
            }
            return undefined;
          },
          () => becauseOf(replace(['a.dts', 'a', 'A'], ['b.dts', 'b', 'B'])),
        );
        assert.equal(
          await result,
          `${name}: changed on disk after it was read; run the command again`,
        );
        assert.ok(isSaved);
        assert.deepEqual(['a.dts', 'b.dts'].map(textOf), ['a', 'b']);
        assert.deepEqual(left(), []);
      }
    });

    const names = ['a.dts', 'b.dtsi', 'c.dtsi'];
    const all = names.map((name) => [name, `${name} before`, `${name} after`] as const);

    for (const code of ['ENOSPC', 'EBUSY'])
      for (const lasts of [false, true])
        it(`is all old or all new when any call fails with ${code}${lasts ? ', and all after it' : ''}`, async () => {
          let number = 0;
          let reached = true;
          let putBack = 0;
          for (let at = 1; reached; at += 1) {
            for (const [name, before] of all) make(name, before);
            const stats = names.map((name) => statSync(file(name)));
            let failed = '';
            reached = false;
            const stopped = await failing(
              (name, now) => {
                number = now;
                if (lasts ? now < at : now !== at) return undefined;
                reached = true;
                failed ||= name;
                return code;
              },
              () => replace(...all),
            );
            const wanted = stopped === undefined ? 2 : 1;
            const stuck = stopped?.changed.map((changed) => path.basename(changed.file)) ?? [];
            for (const each of all)
              assert.equal(
                textOf(each[0]),
                stuck.includes(each[0]) ? each[2] : each[wanted],
                `${String(at)} ${failed}`,
              );
            // Syncing the folder and tidying up come when all is done.
            if (stopped === undefined && reached) assert.match(failed, /^(fsync|unlink)Sync$/);
            if (stopped === undefined) assert.ok(at > 30);
            // What could not be put back is beside the file, and said to be.
            for (const { file: name, copy } of stopped?.changed ?? [])
              assert.equal(readFileSync(copy, 'utf8'), `${path.basename(name)} before`);
            if (stuck.length > 0) assert.ok(lasts && failed === 'renameSync');
            if (stopped !== undefined && failed === 'renameSync' && !lasts) {
              putBack += 1;
              names.forEach((name, index) => {
                const { mode, uid, gid, mtimeMs } = statSync(file(name));
                const then = stats[index];
                assert.deepEqual([mode, uid, gid], [then?.mode, then?.uid, then?.gid]);
                assert.ok(Math.abs(mtimeMs - (then?.mtimeMs ?? 0)) < 1, name);
              });
            }
            if (!lasts && failed !== 'unlinkSync') assert.deepEqual(left(), [], failed);
            for (const name of readdirSync(folder))
              assert.ok(names.includes(name) || LEFT.test(name), name);
            rmSync(folder, { recursive: true });
            mkdirSync(folder);
          }
          assert.ok(number > 30, String(number));
          assert.equal(putBack, lasts ? 0 : 3);
        });

    it('says why, and nothing has changed', async () => {
      make('a.dts', 'a');
      for (const [code, reason] of [
        ['EDQUOT', 'disk quota exceeded'],
        ['EROFS', 'read-only file system'],
        ['EBUSY', 'is in use or a mount point'],
        ['EXDEV', 'is on another file system than its folder'],
        ['EIO', 'input/output error'],
        ['E2BIG', 'cannot be used (E2BIG)'],
      ] as const)
        for (const call of ['writeSync', 'renameSync']) {
          const result = failing(failsAt(call, code), () =>
            becauseOf(replace(['a.dts', 'a', 'A'])),
          );
          assert.equal(await result, `a.dts: ${reason}`);
          assert.equal(textOf('a.dts'), 'a');
          assert.deepEqual(left(), []);
        }
    });

    it('says that the folder cannot be written', async () => {
      make('a.dts', 'a');
      const fails = (
        name: string,
        _number: number,
        [target]: readonly unknown[],
      ): string | undefined =>
        name === 'openSync' && String(target).includes('.dtmap-') ? 'EACCES' : undefined;
      assert.equal(
        await failing(fails, () => becauseOf(replace(['a.dts', 'a', 'A']))),
        'a.dts: its folder is not writable',
      );
      assert.equal(textOf('a.dts'), 'a');
    });
  });

  describe('a result', () => {
    it('is a new file with the mode of any other, or keeps mode and link', () => {
      make('any', '');
      assert.equal(files.write(file('new'), 'x'), undefined);
      assert.equal(statSync(file('new')).mode, statSync(file('any')).mode);
      chmodSync(file('new'), 0o751);
      symlinkSync('new', file('link'));
      assert.equal(files.write(file('link'), Uint8Array.of(0, 255)), undefined);
      assert.deepEqual([...readFileSync(file('new'))], [0, 255]);
      assert.equal(statSync(file('new')).mode & 0o7777, 0o751);
      symlinkSync('no-file-yet', file('ahead'));
      assert.equal(files.write(file('ahead'), 'made'), undefined);
      assert.equal(textOf('no-file-yet'), 'made');
      assert.ok(
        lstatSync(file('link')).isSymbolicLink() && lstatSync(file('ahead')).isSymbolicLink(),
      );
      assert.deepEqual(left(), []);
    });

    it('has any name that a file can have', () => {
      for (const name of [
        'x'.repeat(255),
        'ä'.repeat(127),
        '😀'.repeat(63),
        '.hidden',
        ' ',
        'a\nb',
        '-o',
      ])
        assert.equal(files.write(file(name), name), undefined, name);
      assert.equal(readdirSync(folder).length, 7);
      assert.equal(files.write(file('x'.repeat(256)), ''), 'file name too long');
      assert.equal(readdirSync(folder).length, 7);
    });

    it('says why it cannot be written', () => {
      assert.equal(files.write(folder, ''), 'is a directory');
      assert.equal(files.write(file('no/such'), ''), 'no such folder');
      make('plain', '');
      assert.equal(files.write(file('plain/below'), ''), 'no such folder');
      symlinkSync('loop', file('loop'));
      assert.equal(files.write(file('loop'), ''), 'too many symbolic links');
      assert.equal(files.write('/dev/full', 'x'), 'no space left');
      assert.match(files.write('file://elsewhere/x', 'x') ?? '', /another machine/);
    });

    it('goes into what several names share', () => {
      make('a', 'old');
      linkSync(file('a'), file('b'));
      assert.equal(files.write(file('a'), 'new and longer'), undefined);
      assert.equal(textOf('b'), 'new and longer');
      assert.equal(files.write(file('b'), 'n'), undefined);
      assert.equal(textOf('a'), 'n');
      assert.equal(statSync(file('a')).nlink, 2);
    });

    it('goes into pipes and devices', async () => {
      assert.equal(files.write('/dev/null', 'x'), undefined);
      assert.equal(spawnSync('mkfifo', [file('pipe')]).status, 0);
      const reader = spawn('cat', [file('pipe')], { stdio: ['ignore', 'pipe', 'inherit'] });
      const read: unknown[] = [];
      reader.stdout.on('data', (piece) => read.push(piece));
      const text = 'line\n'.repeat(50_000);
      assert.equal(files.write(file('pipe'), text), undefined);
      await new Promise((resolve) => reader.once('close', resolve));
      assert.equal(read.join(''), text);
      assert.ok(statSync(file('pipe')).isFIFO());
    });

    it('goes on in a file that is open, as a shell’s redirection is', () => {
      const descriptor = openSync(file('log'), 'a');
      writeSync(descriptor, 'head\n');
      assert.equal(files.write(`/proc/self/fd/${String(descriptor)}`, 'body\n'), undefined);
      writeSync(descriptor, 'foot\n');
      closeSync(descriptor);
      assert.equal(textOf('log'), 'head\nbody\nfoot\n');
    });

    for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'])
      it(`is old or new when any call fails with ${code}`, async () => {
        for (let at = 1, reached = true; reached; at += 1) {
          make('a', 'old');
          reached = false;
          const why = await failing(
            (_name, now) => ((reached ||= now === at), now === at ? code : undefined),
            () => files.write(file('a'), 'new'),
          );
          assert.equal(textOf('a'), why === undefined ? 'new' : 'old', String(at));
          if (!reached) assert.ok(why === undefined && at > 8);
        }
      });

    it('goes into a file that cannot be replaced, and the old content back when that fails', async () => {
      for (const [call, code] of [
        ['renameSync', 'EBUSY'],
        ['renameSync', 'EXDEV'],
        ['renameSync', 'EPERM'],
      ] as const) {
        make('a', 'old');
        const { ino } = statSync(file('a'));
        assert.equal(
          await failing(failsAt(call, code), () => files.write(file('a'), 'new')),
          undefined,
        );
        assert.equal(textOf('a'), 'new');
        assert.equal(statSync(file('a')).ino, ino);
        assert.deepEqual(left(), []);
      }
      make('a', 'old');
      linkSync(file('a'), file('b'));
      for (const call of ['writeSync', 'ftruncateSync', 'fsyncSync']) {
        let isFirst = true;
        const once = (name: string): string | undefined => {
          if (name !== call || !isFirst) return undefined;
          isFirst = false;
          return 'ENOSPC';
        };
        assert.equal(
          await failing(once, () => files.write(file('a'), 'new, longer')),
          'no space left',
        );
        assert.equal(textOf('a'), 'old', call);
      }
      assert.equal(
        await failing(failsAt('writeSync', 'EIO'), () => files.write(file('a'), 'x')),
        'input/output error; the file is incomplete now',
      );
    });

    it('is not written over what may not be written', async () => {
      make('a', 'old');
      const fails = failsAt('openSync', 'EACCES');
      assert.equal(await failing(fails, () => files.write(file('a'), 'new')), 'permission denied');
      assert.equal(textOf('a'), 'old');
      assert.equal(
        await failing(fails, () => files.write(file('b'), 'new')),
        'its folder is not writable',
      );
      assert.equal(existsSync(file('b')), false);
    });
  });
});
