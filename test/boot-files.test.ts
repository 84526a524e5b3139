// What is given as boot script and is none: FIT images, extlinux.conf, xen.cfg, GRUB, environments as they lie in flash.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { BootScript } from '../server/src/inputs/boot-script.ts';
import { readBootScript } from '../server/src/inputs/read-boot-script.ts';
import { readGrubConfig } from '../server/src/inputs/read-grub-config.ts';
import { readXenConfig } from '../server/src/inputs/read-xen-config.ts';
import { recogniseBootFile } from '../server/src/inputs/recognise-boot-file.ts';
import { dtmap, type Ran } from './support/run-dtmap.ts';
import { writeFiles } from './support/write-files.ts';

const BOARD = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x80000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		fw@45000000 { reg = <0x0 0x45000000 0x0 0x100000>; no-map; };
	};
	chosen { };
};
`;

const SCRIPT = `load mmc 0:1 0x45000000 xen
load mmc 0:1 0x48000000 board.dtb
booti 0x45000000 - 0x48000000
`;

const image = (name: string, type: string, load: string, more = ''): string => `
		${name} {
			type = "${type}";
			${load === '' ? '' : `load = <${load}>;`}
			${more === '' ? 'compression = "none"; data = [00 01 02 03 04 05 06 07];' : more}
			hash-1 { algo = "sha256"; };
		};`;
const FIT = `/dts-v1/;
/ {
	description = "Xen";
	#address-cells = <1>;
	images {${[
    image('xen', 'kernel', '0x45000000'),
    image('dom0', 'kernel', '0x0 0x48000000', 'compression = "gzip"; data = [1f 8b 08];'),
    image('initrd', 'ramdisk', '0x4c000000'),
    image('board', 'flat_dt', '0x4e000000'),
    image('tiny', 'flat_dt', ''),
  ].join('')}
	};
	configurations {
		default = "one";
		one { kernel = "xen"; ramdisk = "initrd"; fdt = "board"; loadables = "dom0"; signature-1 { }; };
		two { kernel = "dom0"; fdt = "tiny", "o"; };
	};
};
`;

const XEN_CFG = `# what Xen's EFI loader reads
[global]
default=new   # of two

[old]
kernel=Image.old
; no comment of anything

[new]
options=console=dtuart dom0_mem=512M
kernel=Image root=/dev/sda1 console=hvc0
ramdisk=initrd.img
colour=blue
xsm=policy
`;

const GRUB = `set default="1"
if [ "$grub_platform" = "pc" ]; then
  xen_rm_opts=
else
  xen_rm_opts="no-real-mode edd=off"
fi
args="ro quiet"
menuentry 'Debian' { 
  linux /vmlinuz root=/dev/sda
}
menuentry 'Debian, with Xen hypervisor' --class debian {
	echo	'Loading Xen ...'
	xen_hypervisor	/boot/xen placeholder dom0_mem=1G \\
		bootscrub=0
	xen_module	/boot/Image placeholder root=UUID=abc \${args}
	xen_module	--nounzip   /boot/initrd.img
	devicetree /boot/board.dtb
}
menuentry 'Xen, again' {
	xen_hypervisor /boot/xen
}
`;

const EXTLINUX = `# menu of U-Boot
DEFAULT second
MENU TITLE boot
TIMEOUT 50
LABEL first
  LINUX /Image.old
label second
  menu label Linux
  linux /boot/Image
  devicetree /boot/board.dtb
  fdtoverlays /boot/there.dtbo /boot/not-there.dtbo
  initrd /boot/initrd.img
  append root=/dev/mmcblk0p2 console=ttyS0
`;

const ADDRESSES = 'kernel_addr_r=0x40080000\nramdisk_addr_r=0x45000000\nfdt_addr_r=43000000\n';

/** What mkenvimage writes: in `size` bytes, with the byte of a redundant one when `redundant` says so. */
function environmentImage(text: string, size: number, redundant = false, fill = 0xff): Buffer {
  const header = redundant ? 5 : 4;
  const all = Buffer.alloc(size, fill);
  const end = all.write(`${text.trimEnd().replaceAll('\n', '\0')}\0\0`, header, 'latin1');
  assert.ok(end + header <= size);
  if (redundant) all[4] = 1;
  all.writeUInt32LE(crc32(all.subarray(header)), 0);
  return all;
}

/** What mkimage -T script writes. */
function scriptImage(text: string, type = 6): Buffer {
  const header = Buffer.alloc(72);
  header.writeUInt32BE(0x27051956, 0);
  header.writeUInt32BE(0x0a0a0a0a, 8);
  header[30] = type;
  header.writeUInt32BE(Buffer.byteLength(text), 64);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** The properties that a file sets, `?` for a value that nobody knows. */
function edits({ statements }: BootScript): readonly string[] {
  return statements.flatMap((each) =>
    each.kind === 'property'
      ? [`${each.path} ${each.name} ${each.value}`]
      : each.kind === 'unknown-property'
        ? [`${each.path} ${each.name} ?`]
        : [],
  );
}

interface Fact {
  readonly fact: string;
  readonly basis: string;
  readonly value?: unknown;
  readonly because: string;
}

describe('files given as boot script', () => {
  let folder: string;
  const run = (...argv: readonly string[]): Promise<Ran> => dtmap(argv, { cwd: folder });
  const withScripts = (command: string, ...scripts: readonly string[]): Promise<Ran> =>
    run(
      command,
      'board.dts',
      '--xen',
      '4.18',
      ...scripts.flatMap((each) => ['--boot-script', each]),
    );

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dtmap-containers-'));
    writeFiles(folder, {
      'board.dts': BOARD,
      'fit.dts': FIT,
      'scripts.dts': `/dts-v1/;\n/ { images { default = "run"; run { type = "script"; compression = "none"; data = ${JSON.stringify(SCRIPT)}; }; note { type = "script"; data = "echo"; }; }; };\n`,
      'plain.dts': '/dts-v1/;\n/ { };\n',
      'xen.cfg': XEN_CFG,
      'grub.cfg': GRUB,
      'extlinux.conf': EXTLINUX,
      'addresses.env': ADDRESSES,
      'boot.cmd': SCRIPT,
      'there.dtso': '/dts-v1/;\n/plugin/;\n&{/} { there; };\n',
      Image: 'x'.repeat(4096),
      'initrd.img': 'x'.repeat(1000),
      xen: 'x'.repeat(512),
    });
    for (const [from, to] of [
      ['fit.dts', 'boot.itb'],
      ['scripts.dts', 'scripts.itb'],
      ['plain.dts', 'plain.dtb'],
      ['there.dtso', 'there.dtbo'],
    ] as const)
      assert.equal((await run('compile', from, '-o', to)).status, 0);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function factsWith(...scripts: readonly string[]): Promise<ReadonlyMap<string, Fact>> {
    const ran = await withScripts('facts', ...scripts);
    assert.equal(ran.status, 0, ran.stderr);
    const json = await run(
      ...['facts', 'board.dts', '--xen', '4.18', '--format', 'json'],
      ...scripts.flatMap((each) => ['--boot-script', each]),
    );
    const { facts } = JSON.parse(json.stdout) as { readonly facts: readonly Fact[] };
    return new Map(facts.map((each) => [each.fact, each]));
  }

  const told = (facts: ReadonlyMap<string, Fact>, name: string): unknown => {
    const { basis, value, because } = facts.get(name) ?? { basis: '', because: '' };
    return [basis, value, because];
  };
  const says = (place: string): string => `the boot script says so (${place})`;

  describe('a FIT image', () => {
    it('loads what its default configuration names', async () => {
      const ran = await withScripts('check', 'boot.itb');
      assert.match(
        ran.stdout,
        /^boot\.itb:1:1: error: boot\.itb:xen \[0x45000000, 0x45000008\) is loaded into fw@45000000/m,
      );
      assert.equal(ran.status, 1);
      assert.match(ran.stderr, /^dtmap: boot\.itb: its signatures are not checked$/m);
      assert.match(ran.stderr, /^dtmap: boot\.itb: only configuration one is read, not two$/m);
      const facts = await factsWith('boot.itb');
      assert.deepEqual(told(facts, 'xen.address'), ['script', '0x45000000', says('boot.itb')]);
      assert.deepEqual(told(facts, 'dtb.address'), ['script', '0x4e000000', says('boot.itb')]);
    });

    it('loads what bootm names, where a script loads the image', async () => {
      writeFiles(folder, {
        'one.cmd': 'load mmc 0:1 0x60000000 boot.itb\nbootm 0x60000000#one\n',
        'two.cmd': 'load mmc 0:1 0x60000000 boot.itb\nbootm 0x60000000#two\n',
        'three.cmd': 'load mmc 0:1 0x60000000 boot.itb\nbootm 0x60000000#three\n',
      });
      const one = await withScripts('check', 'one.cmd');
      assert.match(
        one.stdout,
        /^one\.cmd:2:1: error: boot\.itb:xen .* is loaded into fw@45000000/m,
      );
      const two = await withScripts('check', 'two.cmd');
      assert.doesNotMatch(two.stdout, /fw@45000000/);
      assert.deepEqual(told(await factsWith('two.cmd'), 'xen.address'), [
        ...['script', '0x48000000', says('two.cmd:2')],
      ]);
      assert.match(two.stderr, /two\.cmd:2: boot\.itb: the overlay o is not applied/);
      const three = await withScripts('check', 'three.cmd');
      assert.match(three.stderr, /it has no configuration three, .*; it has one, two/);
    });

    it('has the overlays of its configuration on the board', async () => {
      const bytes = readFileSync(path.join(folder, 'there.dtbo')).toString('hex');
      writeFiles(folder, {
        'overlaid.dts': `/dts-v1/;\n/ { images { ${[
          'k { type = "kernel"; load = <0x50000000>; data = "x"; };',
          'b { type = "flat_dt"; data = "x"; };',
          `o { type = "flat_dt"; compression = "none"; data = [${bytes}]; };`,
          `packed { type = "flat_dt"; compression = "gzip"; data = [${bytes}]; };`,
        ].join(
          ' ',
        )} }; configurations { default = "c"; c { kernel = "k"; fdt = "b", "o", "packed"; }; }; };\n`,
        'overlaid.cmd': 'load mmc 0:1 0x60000000 overlaid.itb\nbootm 0x60000000\n',
      });
      await run('compile', 'overlaid.dts', '-o', 'overlaid.itb');
      for (const script of ['overlaid.itb', 'overlaid.cmd']) {
        const { stdout, stderr } = await run(
          ...['compile', 'board.dts', '--boot-script', script, '--format', 'dts'],
        );
        assert.match(stdout, /\bthere;/, stderr);
        assert.match(stderr, /the overlay packed is not applied, because it is compressed/);
      }
    });

    it('runs the script that source takes, whose lines are named', async () => {
      const ran = await withScripts('check', 'scripts.itb');
      assert.match(ran.stdout, /^scripts\.itb:run:1:1: error: xen .* is loaded into fw@45000000/m);
    });
  });

  describe("the configuration of Xen's EFI loader", () => {
    it('gives modules, command line and a boot by UEFI', async () => {
      const facts = await factsWith('xen.cfg');
      assert.deepEqual(told(facts, 'boot'), ['script', 'efi', says('xen.cfg:11')]);
      assert.deepEqual(told(facts, 'xenCommandLine'), [
        ...['script', 'console=dtuart dom0_mem=512M', says('xen.cfg:10')],
      ]);
      assert.deepEqual(told(facts, 'kernel.fileSize'), ['script', '0x1000', says('xen.cfg:11')]);
      assert.deepEqual(edits(readXenConfig(XEN_CFG)), [
        '/chosen/kernel compatible "multiboot,kernel", "multiboot,module"',
        '/chosen/kernel bootargs "root=/dev/sda1 console=hvc0"',
        '/chosen/kernel reg ?',
        '/chosen/ramdisk compatible "multiboot,ramdisk", "multiboot,module"',
        '/chosen/ramdisk reg ?',
        '/chosen/xsm compatible "xen,xsm-policy", "multiboot,module"',
        '/chosen/xsm reg ?',
      ]);
    });

    it('is not read beside modules of the tree, but where /chosen or its own dtb asks for it', async () => {
      const chosen = (more: string): string =>
        `/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; chosen { #address-cells = <2>; #size-cells = <2>; ${more} }; };\n`;
      const kernel =
        'own@48000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x48000000 0 0x1000>; };';
      const guest = `domU1 { compatible = "xen,domain"; #address-cells = <2>; #size-cells = <2>; ${kernel} };`;
      writeFiles(folder, {
        'none.dts': chosen(''),
        'own.dts': chosen(kernel),
        'guest.dts': chosen(guest),
        'asks.dts': chosen(`xen,uefi-cfg-load; ${guest}`),
        'plain.cfg':
          '[global]\ndefault=a\n[a]\noptions=sync_console\nkernel=Image\n[b]\ndtb=x.dtb\n',
        'with-tree.cfg': '[global]\ndefault=b\n[b]\nkernel=Image\ndtb=x.dtb\n',
      });
      for (const [board, config, isRead] of [
        ['none.dts', 'plain.cfg', true],
        ['own.dts', 'plain.cfg', false],
        ['guest.dts', 'plain.cfg', false],
        ['asks.dts', 'plain.cfg', true],
        ['own.dts', 'with-tree.cfg', true],
      ] as const) {
        const argv = ['compile', board, '--boot-script', config, '--format', 'dts'];
        const { status, stderr } = await run(...argv);
        // Twice: a board is opened again after its text was edited.
        const facts = await run('facts', board, '--xen', '4.18', '--boot-script', config);
        assert.match(facts.stdout, /^ +boot: efi/m);
        const says = /plain\.cfg:1: Xen's EFI loader does not read this file/;
        for (const text of [stderr, facts.stderr]) assert.equal(says.test(text), !isRead, text);
        assert.equal(/sync_console/.test(facts.stdout), isRead && config === 'plain.cfg');
        assert.equal(/kernel\.fileSize: 0x1000/.test(facts.stdout), isRead);
        // What is read has a place that only the loader knows, of which no blob can be made.
        assert.equal(status, isRead ? 2 : 0);
      }
    });

    it('says once what has no part in the boot', async () => {
      const { stderr } = await withScripts('check', 'xen.cfg');
      assert.match(stderr, /^dtmap: xen\.cfg:5: only the default section \[new\] is read$/m);
      assert.match(stderr, /^dtmap: xen\.cfg:13: Xen's EFI loader does not know the item colour$/m);
    });

    it('goes on with the file that chain names, in the section of the first', async () => {
      writeFiles(folder, {
        'first.cfg': '[global]\ndefault=b\nchain=efi/second.cfg\n',
        'second.cfg':
          '[global]\ndefault=a\nchain=first.cfg\n[b]\noptions=sync_console\nkernel=Image x\n',
        'round.cfg': '[global]\ndefault=c\nchain=round2.cfg\n',
        'round2.cfg': '[global]\nchain=round.cfg\n',
      });
      const facts = await factsWith('first.cfg');
      assert.deepEqual(told(facts, 'boot'), ['script', 'efi', says('second.cfg:6')]);
      assert.deepEqual(told(facts, 'xenCommandLine'), [
        ...['script', 'sync_console', says('second.cfg:5')],
      ]);
      const { stderr } = await withScripts('check', 'round.cfg');
      assert.match(stderr, /^dtmap: round2\.cfg:2: the boot goes on with round\.cfg/m);
    });

    it('is read as the loader reads it', async () => {
      const cases: readonly (readonly [string, RegExp])[] = [
        ['[global]\ndefault=a\n[b]\nkernel=x\n', /:2: there is no section \[a\]/],
        ['[a]\nkernel=x\noptions=y', /:3: .* ignores the last line because no newline ends it/],
        ['[global]\nchain=other.cfg\n', /:2: the boot goes on with other\.cfg/],
        ['[global]\ndefault=a\n[a]\noptions=y\n[b]\nkernel=x\n', /:3: .* finds no kernel=/],
        ['[a]\nkernel=x\n[a]\nramdisk=y\n', /:3: there is a section \[a\] before it/],
      ];
      for (const [text, reason] of cases) {
        writeFiles(folder, { 'case.cfg': text });
        const { stderr } = await withScripts('check', 'case.cfg');
        assert.match(stderr, reason, text);
      }
    });
  });

  describe('GRUB', () => {
    it('gives the modules of the default entry, at places that GRUB chooses', async () => {
      const facts = await factsWith('grub.cfg');
      assert.deepEqual(told(facts, 'boot'), ['script', 'efi', says('grub.cfg:13')]);
      assert.deepEqual(edits(readGrubConfig(GRUB)), [
        '/chosen #address-cells <2>',
        '/chosen #size-cells <2>',
        '/chosen bootargs "placeholder dom0_mem=1G bootscrub=0"',
        '/chosen/module-0 compatible "multiboot,module"',
        '/chosen/module-0 bootargs "placeholder root=UUID=abc ro quiet"',
        '/chosen/module-0 reg ?',
        '/chosen/module-1 compatible "multiboot,module"',
        '/chosen/module-1 reg ?',
      ]);
      writeFiles(folder, {
        'map.txt': 'CONVENTIONAL     0000000040000000-00000000c0000000 WB\n',
      });
      const boot = await run(
        ...['boot', 'board.dts', '--xen', '4.18', '--likely'],
        ...['--boot-script', 'grub.cfg', '--efi-map', 'map.txt'],
      );
      assert.match(boot.stdout, /^\(XEN\) RAM: 0000000040000000 - 00000000bfffffff$/m);
      assert.match(boot.stdout, /^\(XEN\) Command line: placeholder dom0_mem=1G bootscrub=0$/m);
      const { stderr } = await withScripts('check', 'grub.cfg');
      assert.match(stderr, /^dtmap: grub\.cfg:19: "Xen, again" is not read: "Debian, with Xen/m);
    });

    it('does not know a variable that is set in two ways', async () => {
      const entry = 'menuentry X {\n xen_hypervisor /xen dom0_mem=1G ${xen_rm_opts}\n}\n';
      writeFiles(folder, {
        'rm.cfg': GRUB.slice(GRUB.indexOf('if'), GRUB.indexOf('menuentry')) + entry,
      });
      const { stderr } = await withScripts('check', 'rm.cfg');
      assert.match(
        stderr,
        /rm\.cfg:8: bootargs of \/chosen is unknown: \$\{xen_rm_opts\} has no value/,
      );
    });
  });

  describe('extlinux.conf', () => {
    it('loads the default entry at the addresses of an environment', async () => {
      for (const scripts of [
        ['extlinux.conf', 'addresses.env'],
        ['addresses.env', 'extlinux.conf'],
      ]) {
        const ran = await withScripts('check', ...scripts);
        assert.match(
          ran.stdout,
          /^extlinux\.conf:12:1: error: \/boot\/initrd\.img \[0x45000000, 0x450003e8\) is loaded into fw@/m,
        );
        assert.match(ran.stderr, /extlinux\.conf:5: only the default entry second is read/);
        assert.match(ran.stderr, /overlay \/boot\/not-there\.dtbo is not there and was left out/);
        assert.doesNotMatch(ran.stderr, /bootcmd/);
      }
      const dts = await run(
        ...['compile', 'board.dts', '--boot-script', 'extlinux.conf', '--format', 'dts'],
      );
      assert.equal(dts.status, 2, 'an overlay is missing');
      writeFiles(folder, { 'all.conf': EXTLINUX.replace(' /boot/not-there.dtbo', '') });
      const { stdout } = await run(
        ...['compile', 'board.dts', '--boot-script', 'all.conf', '--format', 'dts'],
      );
      assert.match(stdout, /bootargs = "root=\/dev\/mmcblk0p2 console=ttyS0";/);
      assert.match(stdout, /^\s*there;/m);
    });

    it('reads the entries of the files that it includes', async () => {
      writeFiles(folder, {
        'menu.conf':
          'default b\nlabel a\n  linux /a\ninclude /boot/more.conf\nmenu include none.conf\n',
        'more.conf':
          '\nlabel b\n  linux /boot/Image\n  initrd /boot/initrd.img\n  colour x\ninclude menu.conf\n',
      });
      const { stderr, stdout } = await withScripts('check', 'menu.conf', 'addresses.env');
      assert.match(stderr, /^dtmap: menu\.conf:2: only the default entry b is read/m);
      assert.match(stderr, /^dtmap: menu\.conf:5: none\.conf, which it includes, is not there/m);
      assert.match(stderr, /^dtmap: more\.conf:5: U-Boot does not know the keyword colour/m);
      assert.match(stdout, /^more\.conf:4:1: error: \/boot\/initrd\.img /m);
    });

    it('says which address is missing', async () => {
      const { stderr } = await withScripts('check', 'extlinux.conf');
      assert.match(
        stderr,
        /extlinux\.conf:9: the address of \/boot\/Image is unknown: \$\{kernel_addr_r\} is not in the environment/,
      );
    });

    it('ends an entry at a keyword that is none, as U-Boot does', async () => {
      writeFiles(folder, {
        'odd.conf': 'label a\n  linux /Image\n  colour blue\n  append root=/dev/sda\ndefault b\n',
      });
      const { stderr } = await withScripts('check', 'odd.conf', 'addresses.env');
      assert.match(stderr, /odd\.conf:3: U-Boot does not know the keyword colour/);
      assert.match(stderr, /odd\.conf:4: append outside an entry: .* ended it/);
      assert.match(stderr, /odd\.conf:5: default b: no entry has this name/);
    });

    it('takes the DTB of a folder by the name in the environment', async () => {
      writeFiles(folder, {
        'dir.conf': 'label a\n  linux /Image\n  fdtdir /dtbs/\n',
        'name.env': `${ADDRESSES}fdtfile=v/board.dtb\n`,
      });
      assert.deepEqual(told(await factsWith('dir.conf', 'name.env'), 'dtb.address'), [
        ...['script', '0x43000000', says('dir.conf:3')],
      ]);
      const { stderr } = await withScripts('check', 'dir.conf', 'addresses.env');
      assert.match(stderr, /dir\.conf:3: the DTB is unknown: \$\{fdtfile\} is not in the env/);
    });
  });

  describe('an environment as it lies in flash', () => {
    const text = `${ADDRESSES}bootcmd=load mmc 0:1 \${ramdisk_addr_r} xen; booti \${ramdisk_addr_r} - \${fdt_addr_r}\n`;
    const images: Readonly<Record<string, Buffer>> = {
      'of one copy': environmentImage(text, 4096),
      'filled with zeros': environmentImage(text, 4096, false, 0),
      'of two copies': environmentImage(text, 8192, true),
      'in front of other data': Buffer.concat([
        environmentImage(text, 4096),
        Buffer.alloc(10_000, 0x5a),
      ]),
      'without checksum, as env export -b has it': Buffer.from(
        `${text.trimEnd().replaceAll('\n', '\0')}\0\0`,
      ),
    };
    for (const [name, bytes] of Object.entries(images)) {
      it(`is read: ${name}`, async () => {
        writeFileSync(path.join(folder, 'env.bin'), bytes);
        const ran = await withScripts('check', 'env.bin');
        assert.match(ran.stdout, /^env\.bin:4:1: error: xen \[0x45000000, .* is loaded into fw@/m);
        assert.equal(
          told(await factsWith('env.bin'), 'xen.address')?.toString(),
          [...['script', '0x45000000', says('env.bin:4')]].toString(),
        );
      });
    }

    it('is refused with a wrong checksum, for U-Boot does not take it', async () => {
      const bytes = environmentImage(text, 4096);
      bytes[20] = 0x41;
      writeFileSync(path.join(folder, 'env.bin'), bytes);
      const ran = await withScripts('check', 'env.bin');
      assert.equal(ran.status, 2);
      assert.match(ran.stderr, /env\.bin: its checksum is wrong: U-Boot ignores this environment/);
    });
  });

  describe('a file of another kind', () => {
    const kinds: readonly (readonly [string, Buffer, RegExp])[] = [
      ['a kernel', scriptImage('', 2), /is a U-Boot image of another type than script/],
      ['a script cut off', scriptImage(SCRIPT).subarray(0, 90), /is cut off inside its script/],
      [
        'a gzip file',
        Buffer.from([0x1f, 0x8b, 8, 0]),
        /is compressed with gzip, not a boot script/,
      ],
      ['an EFI application', Buffer.from('MZ\0\0'), /is an EFI application, not a boot script/],
      ['something else', Buffer.from('load\0\x01\x02'), /is binary, not a boot script/],
    ];
    for (const [name, bytes, reason] of kinds) {
      it(`is refused: ${name}`, async () => {
        writeFileSync(path.join(folder, 'other.bin'), bytes);
        const ran = await withScripts('check', 'other.bin');
        assert.equal(ran.status, 2);
        assert.match(ran.stderr, /^dtmap: other\.bin: /);
        assert.match(ran.stderr, reason);
      });
    }

    it('is refused: a DTB without images, and one that is cut off', async () => {
      const plain = await withScripts('check', 'plain.dtb');
      assert.match(plain.stderr, /plain\.dtb: is a devicetree blob without images \(no FIT\)/);
      const whole = readFileSync(path.join(folder, 'boot.itb'));
      writeFileSync(path.join(folder, 'cut.itb'), whole.subarray(0, 300));
      const cut = await withScripts('check', 'cut.itb');
      assert.match(cut.stderr, /cut\.itb: byte 4: says it has \d+ bytes, the file 300/);
    });

    it('is read when it is a script that mkimage packed', async () => {
      writeFileSync(path.join(folder, 'boot.scr'), scriptImage(SCRIPT));
      const ran = await withScripts('check', 'boot.scr');
      assert.match(ran.stdout, /^boot\.scr:1:1: error: xen .* is loaded into fw@45000000/m);
    });
  });

  it('are told apart by their content', () => {
    const kinds: readonly (readonly [string, string])[] = [
      [SCRIPT, 'script'],
      [ADDRESSES, 'environment'],
      ['bootcmd=run a\nkernel=Image\n', 'environment'],
      [XEN_CFG, 'xen-config'],
      ['kernel=Image\noptions=dom0_mem=1G\n', 'xen-config'],
      [GRUB, 'grub'],
      [EXTLINUX, 'extlinux'],
      ['MEMORY_START="0x0"\nDEVICE_TREE="x.dtb"\nXEN="xen"\n', 'image-builder'],
      ['', 'script'],
    ];
    for (const [text, kind] of kinds)
      assert.equal(recogniseBootFile('f', Buffer.from(text)).kind, kind, text);
  });

  it('name a script that source runs and nobody gave', () => {
    const { unclear } = readBootScript(
      'load mmc 0 40000000 boot.scr\nsource ${loadaddr}\nsource 40000000\n',
      () => undefined,
    );
    assert.deepEqual(
      unclear.map(({ line, because }) => `${line}: ${because}`),
      [
        '2: source: the script is not read; give it as a boot script, too',
        '3: source: boot.scr is not read; give it as a boot script, too',
      ],
    );
  });
});
