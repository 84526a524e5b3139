// What files beside a board say about its boot: logs and firmware maps, through the command line.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dtmap, type Ran } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };
	chosen {
		#address-cells = <2>;
		#size-cells = <2>;
		xen,xen-bootargs = "dom0_mem=256M";
		module@48000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x0 0x48000000 0x0 0x2000000>;
		};
	};
};
`;
/** As firmware has it: without the RAM of the tree's second half. */
const EFI_LOG = `Xen 4.18.2 (c/s Thu Apr 25 09:20:21 2024 +0200 git:abcdef0123) EFI loader
- UART enabled -
(XEN) RAM: 0000000080000000 - 00000000bfffffff
(XEN) Command line: dom0_mem=512M
`;
const DOM0_LOG = `[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]
[    0.000000] Xen 4.18 support found
[    0.000000] Early memory node ranges
[    0.000000]   node   0: [mem 0x0000000050000000-0x000000005fffffff]
`;
const LINUX_LOG = DOM0_LOG.replace('[    0.000000] Xen 4.18 support found\n', '');
const MAP = `Type             Start            End              Attributes
================ ================ ================ ==========
CONVENTIONAL     0000000080000000-00000000a0000000 WB
noise
noise
RESERVED         00000000a0000000-00000000a1000000 WB|RT
`;

interface Fact {
  readonly fact: string;
  readonly basis: string;
  readonly value?: unknown;
  readonly because: string;
}

describe('files beside a board', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-beside-'));
    writeFiles(folder, { 'board.dts': BOARD, 'map.txt': MAP });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...argv: readonly string[]): Promise<Ran> => dtmap(argv, { cwd: folder });

  async function factsWith(...options: readonly string[]): Promise<ReadonlyMap<string, Fact>> {
    const ran = await run('facts', 'board.dts', '--xen', '4.18', '--format', 'json', ...options);
    assert.equal(ran.status, 0, ran.stderr);
    const { facts } = JSON.parse(ran.stdout) as { readonly facts: readonly Fact[] };
    return new Map(facts.map((each) => [each.fact, each]));
  }

  describe('--efi-map', () => {
    it('gives the map as a fact of a boot by UEFI, with its place', async () => {
      const facts = await factsWith('--efi-map', 'map.txt');
      assert.equal(facts.get('boot')?.value, 'efi');
      assert.equal(facts.get('efiMemoryMap')?.basis, 'given');
      assert.equal(facts.get('efiMemoryMap')?.because, 'map.txt:3 says so');
    });

    it('reads what a UEFI shell writes into a file', async () => {
      writeFileSync(path.join(folder, 'wide.txt'), Buffer.from(`\ufeff${MAP}`, 'utf16le'));
      const facts = await factsWith('--efi-map', 'wide.txt');
      assert.equal(facts.get('efiMemoryMap')?.because, 'wide.txt:3 says so');
    });

    it('lists once what it ignored, and all with -v', async () => {
      const brief = await run('check', 'board.dts', '--efi-map', 'map.txt');
      assert.match(
        brief.stderr,
        /^dtmap: map\.txt:4: not an entry of the memory map; 1 more like it \(-v lists all\)\n/,
      );
      assert.doesNotMatch(brief.stderr, /map\.txt:5/);
      const all = await run('check', 'board.dts', '--efi-map', 'map.txt', '-v');
      assert.match(
        all.stderr,
        /map\.txt:4: not an entry of the memory map\ndtmap: map\.txt:5: not an entry of the memory map\n/,
      );
    });

    it('takes no binary for a map', async () => {
      writeFiles(folder, { 'map.gz': '\u001f\u008b\u0008' });
      const ran = await run('compile', 'board.dts', '-o', 'board.dtb');
      assert.equal(ran.status, 0);
      const map = await run('check', 'board.dts', '--efi-map', 'board.dtb');
      assert.equal(map.status, 2);
      assert.match(map.stderr, /board\.dtb: is a devicetree blob, not a UEFI memory map/);
    });

    it('compares no memory node with what UEFI says', async () => {
      const { stdout } = await run('check', 'board.dts', '--xen', '4.18', '--efi-map', 'map.txt');
      assert.doesNotMatch(stdout, /bank-read-differently/);
    });
  });

  describe('--memory-from', () => {
    const withLog = async (log: string, ...argv: readonly string[]): Promise<Ran> => {
      writeFiles(folder, { 'boot.log': log });
      return await run('check', 'board.dts', '--xen', '4.18', '--memory-from', 'boot.log', ...argv);
    };

    it("takes Xen's RAM, and its EFI loader for a boot by UEFI", async () => {
      const { stdout } = await withLog(EFI_LOG);
      assert.doesNotMatch(stdout, /module-outside-ram/);
      const facts = await factsWith('--memory-from', 'boot.log');
      assert.equal(facts.get('boot')?.value, 'efi');
      assert.deepEqual(facts.get('memory')?.value, [{ start: '0x80000000', end: '0xc0000000' }]);
      assert.equal(facts.get('memory')?.because, 'the captured log says so (boot.log:3)');
      assert.equal(facts.get('xenCommandLine')?.value, 'dom0_mem=512M');
      assert.match(facts.get('xenCommandLine')?.because ?? '', /boot\.log:4/);
    });

    it('judges modules by that RAM where nothing speaks of UEFI', async () => {
      const { stdout } = await withLog(EFI_LOG.split('\n').slice(2).join('\n'));
      assert.match(stdout, /module-outside-ram/);
    });

    it("refuses the memory of a Linux under Xen, whoever's lines say that it is", async () => {
      const because =
        /boot\.log:\d: this is the memory of a Linux under Xen, not of the host; the log has no "RAM:" line/;
      for (const log of [
        DOM0_LOG,
        `(XEN) *** LOADING DOMAIN 0 ***\n${LINUX_LOG}`,
        LINUX_LOG.replace('Booting', 'Machine model: XENVM-4.18\n[    0.000000] Booting'),
      ]) {
        const ran = await withLog(log);
        assert.equal(ran.status, 2, log);
        assert.match(ran.stderr, because);
      }
    });

    it('takes the memory of a Linux on bare metal, once where it booted twice', async () => {
      assert.doesNotMatch((await withLog(LINUX_LOG)).stderr, /^dtmap:/);
      const once = (await factsWith('--memory-from', 'boot.log')).get('memory')?.value;
      await withLog(LINUX_LOG + LINUX_LOG);
      const twice = (await factsWith('--memory-from', 'boot.log')).get('memory')?.value;
      assert.deepEqual(once, [{ start: '0x50000000', end: '0x60000000' }]);
      assert.deepEqual(twice, once);
    });

    it("takes the banks of U-Boot's bdinfo, also before a Linux under Xen", async () => {
      const bdinfo = `=> bdinfo
boot_params = 0x0000000000000000
DRAM bank   = 0x0000000000000000
-> start    = 0x0000000040000000
-> size     = 0x0000000020000000
DRAM bank   = 0x0000000000000001
-> start    = 0x0000000000000000
-> size     = 0x0000000000000000
`;
      await withLog(bdinfo + DOM0_LOG);
      const memory = (await factsWith('--memory-from', 'boot.log')).get('memory')?.value;
      assert.deepEqual(memory, [{ start: '0x40000000', end: '0x60000000' }]);
    });
  });

  describe('--memory-from: what the running tree reserves', () => {
    const RESERVING = BOARD.replace(
      '\tchosen',
      `\treserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
		vault@70000000 { reg = <0x0 0x70000000 0x0 0x1000000>; no-map; }; };
	chosen`,
    );
    const RAM = '(XEN) RAM: 0000000040000000 - 000000007fffffff\n';
    const VAULT = '(XEN)  RESVD[0]: 0000000070000000 - 0000000070ffffff\n';
    const listed = (last: string, node: string): string =>
      `[    0.000000] OF: reserved mem: 0x0000000070000000..0x${last} (16384 KiB) nomap non-reusable ${node}\n`;
    const said = async (log: string): Promise<string> => {
      writeFiles(folder, { 'vault.dts': RESERVING, 'boot.log': log });
      const ran = await run('check', 'vault.dts', '--xen', '4.19', '--memory-from', 'boot.log');
      assert.doesNotMatch(ran.stderr, /^dtmap:/);
      return ran.stdout
        .split('\n')
        .filter((line) => line.includes('firmware-adds-region'))
        .join('\n');
    };

    it('is no more than the source where no log says so', async () => {
      assert.equal(await said(RAM + VAULT), '');
      // Of another source: the region as it was.
      assert.equal(await said(`${RAM}(XEN)  RESVD[0]: 0000000070000000 - 00000000707fffff\n`), '');
    });

    it('is a region twice, or one over another, in the lines of Xen', async () => {
      assert.match(
        await said(RAM + VAULT + VAULT.replace('[0]', '[1]')),
        /adds vault@70000000 \[0x70000000, 0x71000000\) a second time, says boot\.log/,
      );
      assert.match(
        await said(`${RAM}${VAULT}(XEN)  RESVD[1]: 0000000070f00000 - 00000000720fffff\n`),
        /overlaps \[0x70f00000, 0x72100000\), which firmware or boot loader adds, says boot\.log/,
      );
    });

    it('is what Xen stops at, in a log without RAM', async () => {
      const log =
        '(XEN) Region: [0x00000070f00000, 0x00000072100000) overlapping with bank[0]: [0x00000070000000, 0x00000071000000)\n';
      assert.match(await said(log), /overlaps \[0x70f00000, 0x72100000\)/);
    });

    it('is what Linux lists, by the names of the nodes', async () => {
      const own = listed('0000000070ffffff', 'vault@70000000');
      const added = listed('0000000070ffffff', 'optee_core@70000000');
      assert.equal(await said(own), '');
      assert.equal(await said(own + own), '');
      assert.match(await said(added + own), /a second time as optee_core@70000000, says boot\.log/);
    });

    it('is in the DTB of the running board', async () => {
      const withBlob = async (text: string): Promise<string> => {
        writeFiles(folder, { 'vault.dts': RESERVING, 'running.dts': text });
        assert.equal((await run('compile', 'running.dts', '-o', 'running.dtb')).status, 0);
        const ran = await run(
          'check',
          'vault.dts',
          '--xen',
          '4.19',
          '--memory-from',
          'running.dtb',
        );
        assert.doesNotMatch(ran.stderr, /^dtmap:/);
        return ran.stdout;
      };
      const added = RESERVING.replace(
        '\t\tvault',
        '\t\toptee_core@70800000 { reg = <0x0 0x70800000 0x0 0x1000000>; no-map; };\n\t\tvault',
      );
      assert.doesNotMatch(await withBlob(RESERVING), /firmware-adds-region/);
      assert.match(
        await withBlob(added),
        /overlaps \[0x70800000, 0x71800000\), which firmware or boot loader adds as optee_core@70800000, says running\.dtb/,
      );
      const ram = (await factsWith('--memory-from', 'running.dtb')).get('memory');
      assert.deepEqual(ram?.value, [{ start: '0x40000000', end: '0x80000000' }]);
      assert.equal(ram?.because, 'running.dtb says so');
    });

    it('has no RAM of the host in a DTB for dom0, or with banks that overlap', async () => {
      for (const text of [
        RESERVING.replace(
          '\tchosen',
          '\thypervisor { compatible = "xen,xen-4.19", "xen,xen"; };\n\tchosen',
        ),
        RESERVING.replace(
          '\tchosen',
          '\tmemory@60000000 { device_type = "memory"; reg = <0x0 0x60000000 0x0 0x40000000>; };\n\tchosen',
        ),
      ]) {
        writeFiles(folder, { 'running.dts': text });
        await run('compile', 'running.dts', '-o', 'running.dtb');
        const facts = await factsWith('--memory-from', 'running.dtb');
        assert.equal(facts.get('memory')?.basis, 'tree');
        assert.deepEqual(facts.get('reserved')?.value, [
          { start: '0x70000000', end: '0x71000000', node: 'vault@70000000' },
        ]);
      }
      writeFiles(folder, { 'running.dts': '/dts-v1/;\n/ { a; };\n' });
      await run('compile', 'running.dts', '-o', 'running.dtb');
      const ran = await run('check', 'board.dts', '--memory-from', 'running.dtb');
      assert.equal(ran.status, 2);
      assert.match(ran.stderr, /running\.dtb: has no RAM of the host and reserves nothing/);
    });
  });

  describe('--boot-script', () => {
    const withScript = async (...lines: readonly string[]): Promise<Ran> => {
      writeFiles(folder, { 'boot.cmd': `${lines.join('\n')}\n`, Image: 'x'.repeat(4096) });
      return await run('check', 'reserving.dts', '--xen', '4.18', '--boot-script', 'boot.cmd');
    };
    before(() => {
      writeFiles(folder, {
        'reserving.dts': BOARD.replace('/ {', '/memreserve/ 0x50000000 0x1000;\n/ {'),
      });
    });

    it('says of a file that may be loaded no more than information, and nothing of two that exclude each other', async () => {
      const { stdout, status } = await withScript(
        'if test "${board}" = a; then load mmc 0:1 0x90000000 Image',
        'load mmc 0:1 0x41000000 Image; else load mmc 0:1 0x41000800 Image; fi',
        'booti 0x41000000 - 0x44000000',
      );
      assert.equal(status, 0);
      assert.equal(stdout.split('\n').filter((line) => /load-/.test(line)).length, 1, stdout);
      assert.match(
        stdout,
        /^boot\.cmd:1:1: information: Image is loaded to \[0x90000000, 0x90001000\), past the end of RAM \(0x7fffffff\), if it is loaded: it depends on a condition that is not known: \$\{board\} is not set in the script/m,
      );
    });

    it('takes the RAM of fdt memory, and the reservations that are left', async () => {
      await withScript(
        'fdt addr 44000000; fdt rsvmem add 51000000 1000; fdt rsvmem delete 0; fdt memory 40000000 20000000',
        'booti 41000000 - 44000000',
      );
      const facts = await factsWith('--boot-script', 'boot.cmd');
      assert.deepEqual(facts.get('memory')?.value, [{ start: '0x40000000', end: '0x60000000' }]);
      assert.equal(facts.get('memory')?.because, 'the boot script says so (boot.cmd:1)');
      const dts = await run(
        ...['compile', 'reserving.dts', '--boot-script', 'boot.cmd', '--format', 'dts'],
      );
      assert.deepEqual(dts.stdout.match(/\/memreserve\/[^;]*/g), [
        '/memreserve/\t0x0000000051000000 0x0000000000001000',
      ]);
    });
  });

  describe('boot --compare', () => {
    const compared = async (log: string): Promise<Ran> => {
      writeFiles(folder, { 'boot.log': log });
      return await run('boot', 'board.dts', '--xen', '4.18', '--compare', 'boot.log');
    };

    it('says that nothing can be compared, and fails', async () => {
      for (const log of [DOM0_LOG, '(XEN) Bringing up CPU1\n(XEN) CPU 1 booted.\n', '']) {
        const ran = await compared(log);
        assert.equal(ran.status, 2, log);
        assert.equal(ran.stdout, '');
        assert.match(ran.stderr, /boot\.log: no line in it can be compared: /);
      }
      const open = await compared('(XEN) BANK[0] 0x00000050000000-0x00000060000000 (256MB)\n');
      assert.equal(open.status, 2);
      assert.match(open.stderr, /because the inputs do not determine .*dom0\.banks/);
    });

    it('takes the log for a boot by UEFI, and refuses a profile that says otherwise', async () => {
      writeFiles(folder, { 'dt.json': '{"boot": "dt"}', 'boot.log': EFI_LOG });
      const ran = await run(
        ...['boot', 'board.dts', '--xen', '4.18', '--compare', 'boot.log', '--profile', 'dt.json'],
      );
      assert.equal(ran.status, 2);
      assert.match(ran.stderr, /dt\.json:1:10: boot: .*boot\.log/);
      assert.doesNotMatch(ran.stderr, /boot\.log:\d/);
    });

    it('compares what can be compared', async () => {
      const ran = await compared('(XEN) RAM: 0000000040000000 - 000000007fffffff\n');
      assert.equal(ran.status, 0, ran.stderr + ran.stdout);
    });
  });
});
