// The other files people hand over: boot logs, boot scripts, configurations, profiles, settings.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainLog } from '../../server/src/console/explain-log.ts';
import { readBootLog } from '../../server/src/console/read-boot-log.ts';
import { compareBootLog, profileOfLog } from '../../server/src/console/compare-boot-log.ts';
import { readBootScript, readEnvironment } from '../../server/src/inputs/read-boot-script.ts';
import { recogniseBootFile } from '../../server/src/inputs/recognise-boot-file.ts';
import { readExtlinux } from '../../server/src/inputs/read-extlinux.ts';
import { readGrubConfig } from '../../server/src/inputs/read-grub-config.ts';
import { chainOf, readXenConfig } from '../../server/src/inputs/read-xen-config.ts';
import type { BootScript } from '../../server/src/inputs/boot-script.ts';
import { readEfiMap } from '../../server/src/inputs/read-efi-map.ts';
import { placeImages, readImageBuilderConfig } from '../../server/src/inputs/read-imagebuilder.ts';
import { parseJson } from '../../server/src/inputs/read-json.ts';
import { readProfile } from '../../server/src/inputs/read-profile.ts';
import { readProject } from '../../server/src/inputs/read-project.ts';
import { writeScriptTree } from '../../server/src/inputs/write-script-tree.ts';
import { readXlConfig } from '../../server/src/inputs/read-xl-config.ts';
import { parseBuildCommand } from '../../server/src/preprocess/build-record.ts';
import { readSettings, readForeignSettings } from '../../server/src/lsp/settings.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { parseRelease } from '../../server/src/xen/releases.ts';
import { PreprocessCache } from '../../server/src/preprocess/preprocess.ts';
import { analyzeText, rootFile, TextFiles } from './analyze-text.ts';
import { corpusOf } from './corpus.ts';
import { mutateText, mutationsOf, numbers } from './mutate.ts';
import type { Target } from './target.ts';
import { xenBoots } from '../../server/src/xen/xen-boots.ts';
import { factsOf } from '../support/facts-of.ts';

const board = `/dts-v1/;
/ { #address-cells = <2>; #size-cells = <2>;
  memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
  chosen { #address-cells = <2>; #size-cells = <2>;
    kernel@48000000 { compatible = "multiboot,kernel"; reg = <0 0x48000000 0 0x1000000>; }; };
  reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
    a@50000000 { reg = <0 0x50000000 0 0x1000000>; no-map; }; }; };
`;

function textTarget(
  corpus: readonly string[],
  pieces: readonly string[],
  check: (text: string) => void,
): Target<string> {
  return {
    inputs: mutationsOf(corpus.length, 8).map((each) => mutateText(each, corpus, pieces)),
    corpus,
    check,
    show: (text) => text,
  };
}

const common = ['\n', '\r\n', '\0', '"', "'", '\\', '=', ' ', '\ud800', '\ufeff', '#', ...numbers];

/** Captured consoles: explained, compared with a prediction, and mined for boot facts. */
export function fuzzLogs(): Target<string> {
  const analysis = analyzeText(
    new TextFiles({ [rootFile]: board }),
    { targets: ['xen:4.18'] },
    new PreprocessCache(),
  );
  assert.ok(analysis.kind === 'complete');
  const boot = xenBoots(analysis.board)[0];
  assert.ok(boot);
  const corpus = corpusOf(/\.(?:log|txt)$/, 20_000);
  const pieces = [
    ...common,
    ...['(XEN) ', '(XEN) RAM: 0000000040000000 - 00000000bfffffff\n', 'MODULE[0]: ', ' RESVD[0]: '],
    ...['(XEN) Panic on CPU 0:\n', '[    0.000000] OF: reserved mem: ', '\x1b[31m', 'BANK[0] '],
    ...['BANK[0] 0x00000040000000-0x00000080000000 (1024MB)', 'Command line: dom0_mem='],
  ];
  return textTarget(corpus, pieces, (text) => {
    const log = readBootLog(text);
    explainLog(log);
    compareBootLog(boot, log);
    profileOfLog(log);
  });
}

/** Memory maps of firmware, as tools print them. */
export function fuzzEfiMaps(): Target<string> {
  const corpus = [
    'CONVENTIONAL     0000000040000000-0000000048000000 WB\nIO               0000000009000000-0000000009001000 UC|RT\n',
    'Available  0000000040000000-0000000047FFFFFF 0000000000008000 000000000000000F\r\n',
    'MemoryMap,"Available","40000000","47FFFFFF","8000","F"\n',
    'conv-mem  0000000040000000-0000000047ffffff 00008000    128MiB UC WC WT WB\n',
    '[    0.000000] efi:   0x000040000000-0x000047ffffff [Conventional|   |  |WB|WT|WC|UC]*\n' +
      '[    0.000000] efi: mem01: [type=12|attr=0x1] range=[0x0000000048000000-0x000000004800ffff] (0MB)\n' +
      '[    0.000000] efi: mem02: type=3, attr=0xf, range=[0x0000000049000000-0x0000000049010000) (0MB)\n',
  ];
  const pieces = [
    ...common,
    ...[
      'efi: ',
      '[Reserved|',
      ' range=[',
      ']',
      ')',
      '-',
      'type=',
      'MemoryMap,',
      '(unknown) ',
      '> ',
    ],
    ...['0000000040000000', 'ffffffffffffffff-ffffffffffffffff', '0000000000000000 ', 'IO PORT '],
  ];
  return textTarget(corpus, pieces, (text) => {
    const map = readEfiMap(text);
    const lines = text.split(/\r?\n|\r/).length;
    if (!map.ok) {
      assert.ok(map.because !== '' && 1 <= map.line && map.line <= lines);
      return;
    }
    const ascending = [...map.ranges].sort((a, b) => (a.start < b.start ? -1 : 1));
    for (const [index, { start, end, type }] of ascending.entries())
      assert.ok(start < end && (ascending[index - 1]?.end ?? 0n) <= start && type !== '');
    for (const { line } of map.ignored) assert.ok(1 <= line && line <= lines);
  });
}

/** What a boot script says, whatever it was read from: lines of the file, and a tree that it makes. */
function checkScript(script: BootScript, lines: number): void {
  const { statements, loads, unclear, ignored = [], boot } = script;
  for (const { line } of [...statements, ...loads, ...unclear, ...ignored, ...(boot ? [boot] : [])])
    assert.ok(0 <= line && line <= lines);
  for (const { because } of [...unclear, ...ignored]) assert.ok(because !== '');
  for (const as of ['appendix', 'overlay'] as const)
    assert.ok(writeScriptTree(statements, as).lineOf(0) >= 0);
}

function containerTarget(
  corpus: readonly string[],
  pieces: readonly string[],
  read: (text: string) => BootScript,
): Target<string> {
  return textTarget(corpus, [...common, ...pieces], (text) => {
    const lines = text.split(/\r?\n|\r/).length;
    checkScript(read(text), lines);
    const file = recogniseBootFile('f', Buffer.from(text));
    assert.ok(file.kind !== 'refused' || file.because !== '');
  });
}

/** Menus of U-Boot. */
export function fuzzExtlinux(): Target<string> {
  const corpus = [
    '# menu\nDEFAULT b\nTIMEOUT 50\nlabel a\n  linux /a\nlabel b\n  menu label x\n  kernel /Image#c\n' +
      '  fdtdir /dtb\n  fdtoverlays /a.dtbo /b.dtbo\n  initrd /rd\n  append root=/dev/sda "x" \\ y\n',
  ];
  const environment = new Map([
    ['kernel_addr_r', { value: '0x40080000', line: 1 }],
    ['fdt_addr_r', { value: 'ffffffffffffffff', line: 2 }],
    ['fdtfile', { value: 'a/b.dtb', line: 3 }],
  ]);
  const pieces = [
    'label ',
    'default ',
    'menu default',
    'include x',
    'localboot 1',
    'fdt ',
    'linux ',
  ];
  return containerTarget(corpus, pieces, (text) => readExtlinux(text, environment));
}

/** Configurations of Xen's EFI loader. */
export function fuzzXenConfigs(): Target<string> {
  const corpus = [
    '[global]\ndefault=a\n; c\n[a]\noptions=dom0_mem=1G # x\nkernel=Image root=/dev/sda\nramdisk=rd\nxsm=p\ndtb=b.dtb\n[b]\nkernel=x\n',
    'kernel=Image\noptions=console=dtuart\n',
    '[global]\nchain=other.cfg\n',
  ];
  const pieces = [
    '[',
    ']',
    '[global]\n',
    'default=',
    'kernel=',
    'options=',
    'chain=',
    ';',
    '__proto__=',
  ];
  return containerTarget(corpus, pieces, (text) => readXenConfig(text, chainOf(text)));
}

/** GRUB's configurations. */
export function fuzzGrubConfigs(): Target<string> {
  const corpus = [
    'set default="1"\na=b\nmenuentry \'x\' {\n linux /a\n}\nmenuentry "y" --class z {\n' +
      ' xen_hypervisor /xen placeholder dom0_mem=1G ${a} \\\n  x\n xen_module --nounzip /Image root=$b\n module2 /rd\n devicetree /d\n}\n',
  ];
  const pieces = [
    'menuentry ',
    '{',
    '}',
    'set default=',
    '${',
    '$a',
    ';',
    'xen_module ',
    'multiboot2 /x',
  ];
  return containerTarget(corpus, pieces, readGrubConfig);
}

/** U-Boot scripts and environments, and ImageBuilder's configurations, up to the tree they make. */
export function fuzzScripts(): Target<string> {
  const corpus = [
    ...corpusOf(/boot\.(?:source|cmd|scr)$|\.(?:env|config)$/),
    'setenv at 48000000\nload mmc 0:1 ${at} Image\nfdt addr ${fdt_addr}\nfdt resize 1024\n' +
      'fdt set /chosen/dom0 reg <0x0 0x${at} 0x0 0x${filesize}>\nfdt mknod /chosen dom0\n' +
      'setexpr next ${fileaddr} + ${filesize}\nsetexpr next ${next} & fff00000\nfdt rm /soc/a b\n' +
      'if test -e mmc 0 x; then fdt apply ${next}; else booti 0x1 - 0x2; fi; bootefi 1 2\n',
    'fdt memory 40000000 1000; fdt rsvmem add 1 2; fdt rsvmem delete 0\nif test "$a" = b; then setenv c 1; fdt mknod / x; load mmc 0 1 Image\n' +
      'elif itest 1 == 1; then setenv c 2; else false || run b; fi\ntest -n "$z" && bootm 1#c\nsource 1\n',
    'bootcmd=run a b\na=tftpb 40000000 Image; run b\nb=booti 40000000 - 44000000\n',
    'MEMORY_START="0x0"\nMEMORY_END="0x80000000"\nDEVICE_TREE="x.dtb"\nXEN="xen"\nXEN_CMD="console=dtuart dom0_mem=1G"\n' +
      'DOM0_KERNEL="Image"\nDOM0_RAMDISK="rd"\nNUM_DOMUS=2\nDOMU_KERNEL[0]="Image"\nDOMU_MEM[0]=128\n' +
      'DOMU_STATIC_MEM[1]="0x50000000 0x10000000"\nDOMU_SHARED_MEM[0]="a 0x60000000 0x60000000 0x1000"\n' +
      'DOMU_PASSTHROUGH_PATHS[0]="/soc/a"\nDOMU_KERNEL[1]="Image"\nDOMU_PASSTHROUGH_DTB[1]="x.dtb"\n' +
      'UBOOT_SOURCE="boot.source"\nBOOT_CMD="booti"\nLOAD_CMD="tftpb"\nFDTEDIT="a"\n',
  ];
  const pieces = [
    ...common,
    ...['${', '}', '$a', ';', '&&', '||', '<', '>', '[', ']', 'fdt set / x ', 'setenv x ', 'run x'],
    ...[
      'load mmc 0 40000000 Image',
      'fdt mknod / x',
      'fdt rm /',
      'NUM_DOMUS=64',
      'setexpr a b / 0',
    ],
    ...['if test $q = 1; then ', '; else ', '; elif ', '; fi; ', ' && ', ' || ', 'fdt memory 1 2;'],
    ...['DOMU_MEM[1]=', 'MEMORY_START=0xffffffffffffffff', '__proto__=1\n', 'fdt set /constructor'],
  ];
  const sizes: Readonly<Record<string, bigint>> = { Image: 0x2dc6c0n, rd: 1n, 'x.dtb': 0x800n };
  const sizeOf = (file: string): bigint | undefined => new Map(Object.entries(sizes)).get(file);
  return textTarget(corpus, pieces, (text) => {
    const config = readImageBuilderConfig(text);
    const environment = readEnvironment(text);
    const script = readBootScript(text, sizeOf, environment);
    checkScript(script, text.split(/\r?\n|\0/).length);
    for (const { alternatives = [] } of script.loads)
      for (const { choice, arm } of alternatives) assert.ok(choice >= 0 && arm >= 0);
    const scripts = [script, ...(config ? [placeImages(config, sizeOf)] : [])];
    for (const { statements } of scripts) {
      for (const as of ['appendix', 'overlay'] as const) {
        const tree = writeScriptTree(statements, as);
        assert.ok(tree.lineOf(tree.text.length) >= 1);
      }
    }
  });
}

/** xl configurations. */
export function fuzzXlConfigs(): Target<string> {
  const corpus = [
    ...corpusOf(/\.cfg$/),
    'name = "guest"\nmemory = 512\nmaxmem=1024\nkernel = "/boot/Image"\ndevice_tree="guest.dtb"\n' +
      'iomem = [ "0xff010,1", "0x1000,2@0x2000" ]\ndtdev = [ "/soc/a" ]\nirqs = [ 1, 2 ]\n' +
      'dt_passthrough_nodes = [ "/a", "/b" ]\nextra = """x"""\ndisk = [\n"a",\n\'b\'\n]\n',
  ];
  const pieces = [...common, '[', ']', ',', '@', '"""', 'iomem = [', '"0x1,1@', 'memory = ', '/'];
  return textTarget(corpus, pieces, (text) => {
    readXlConfig(text);
  });
}

/** Boot profiles as texts and as values, and the boot that follows from those that are accepted. */
export function fuzzProfiles(): Target<{ text: string; value: unknown }> {
  const analysis = analyzeText(
    new TextFiles({ [rootFile]: board }),
    { targets: ['xen:4.18'] },
    new PreprocessCache(),
  );
  assert.ok(analysis.kind === 'complete');
  const { tree } = analysis.board;
  const releases = ['4.11', '4.14', '4.18', '4.22', 'unstable'].map((name) => parseRelease(name));
  const corpus = [
    ...corpusOf(/profile.*\.json$|cpus?\.json$/),
    JSON.stringify({
      xen: { address: '0x40200000', size: '0x118000', textSize: '0x80000', debug: true },
      dtb: { address: '0x44000000', size: '0x9bd' },
      kernel: { fileSize: '0x100', textOffset: '0x0', format: 'gzip', uncompressedSize: '0x1000' },
      memory: [{ start: '0x40000000', end: '0x80000000' }],
      xenCommandLine:
        'dom0_mem=1G,max:2G dom0_max_vcpus=2 bootscrub=0 no-bootscrub xenheap_megabytes=32',
      dmaBits: 32,
      iommu: false,
      cpus: 4,
      architecture: 'arm64',
      config: { staticMemory: true, staticShm: true, llcColoring: false, acpi: false },
    }),
    JSON.stringify({
      boot: 'efi',
      efiMemoryMap: [
        { start: '0x40000000', end: '0x60000000', type: 'EfiConventionalMemory' },
        { start: '0x60000000', end: '0x60001000', type: 'EfiLoaderData' },
      ],
    }),
  ];
  const pieces = [
    ...common,
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    'null',
    'true',
    '"0x',
    '{"__proto__":',
    '1e400',
  ];
  const address = fc.constantFrom<unknown>('0x0', '0x40000000', '0xffffffffffffffff', 0, -1, 1.5);
  const range = fc.record({ start: address, end: address }, { requiredKeys: [] });
  return {
    inputs: fc.record({
      text: mutationsOf(corpus.length).map((each) => mutateText(each, corpus, pieces)),
      value: fc.oneof(
        fc.jsonValue(),
        fc.record(
          {
            xen: fc.record({ address, size: address }, { requiredKeys: [] }),
            dtb: fc.record({ address, size: address }, { requiredKeys: [] }),
            memory: fc.array(range, { maxLength: 3 }),
            xenCommandLine: fc.constantFrom(
              ...['dom0_mem=', 'dom0_mem=-1', 'dom0_mem=1T', 'dom0_mem=min:1G,max:2', 'dom0_mem=0'],
              ...[
                'xenheap_megabytes=4096',
                'bootscrub=0 dom0_mem=128M',
                'dom0_mem=18446744073709551615G',
              ],
            ),
            architecture: fc.constantFrom('arm64', 'arm32'),
            boot: fc.constantFrom('dt', 'efi'),
            cpus: fc.constantFrom(1, 4, 4096),
            dmaBits: fc.constantFrom(12, 32, 64),
          },
          { requiredKeys: [] },
        ),
      ),
    }),
    corpus: corpus.map((text) => ({ text, value: null })),
    check: ({ text, value }) => {
      const json = parseJson(text);
      const profiles = [readProfile(value), ...(json.ok ? [readProfile(json.value)] : [json])];
      for (const profile of profiles) {
        if (!profile.ok) {
          assert.ok(profile.because !== '' && !profile.because.includes('\n'), profile.because);
          continue;
        }
        for (const release of releases)
          if (release) bootXen(tree, release, factsOf(tree, profile.value, 0x1000n));
      }
    },
    show: ({ text, value }) => `${text}\n${JSON.stringify(value)}`,
  };
}

/** `dtmap.json`, settings of editors, and commands that a kernel's build recorded. */
export function fuzzSettings(): Target<{ text: string; value: unknown }> {
  const corpus = [
    ...corpusOf(/dtmap\.json$/),
    JSON.stringify({
      extends: ['../dtmap.json'],
      includePaths: ['include'],
      defines: { X: '1' },
      targets: ['xen:4.18', 'linux:6.12'],
      overlays: ['a.dtso'],
      bootProfile: { cpus: 4 },
      bootScript: 'boot.source',
      severity: { 'reserved-overlap': 'off' },
      maxWarnings: 0,
      baseline: 'b.json',
    }),
    'cmd_arch/arm64/boot/dts/x.dtb := gcc -E -Wp,-MMD,x.d -nostdinc -I../include -undef -D__DTS__ -x assembler-with-cpp -o a x.dts ; dtc -O dtb -i../dts/ -@ a\n',
  ];
  const pieces = [
    ...common,
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    'null',
    '-I',
    '-D',
    '-i ',
    '"__proto__":',
  ];
  return {
    inputs: fc.record({
      text: mutationsOf(corpus.length).map((each) => mutateText(each, corpus, pieces)),
      value: fc.jsonValue(),
    }),
    corpus: corpus.map((text) => ({ text, value: null })),
    check: ({ text, value }) => {
      const project = readProject(text);
      for (const { at, because } of project.ok ? [] : project.faults) {
        assert.ok(!because.includes('\n'));
        assert.ok(0 <= at.start && at.start <= at.end && at.end <= text.length);
      }
      parseBuildCommand('/a/.b.dtb.cmd', text);
      const json = parseJson(text);
      for (const each of [value, json.ok ? json.value : undefined]) {
        readSettings(each);
        readForeignSettings(each);
      }
    },
    show: ({ text, value }) => `${text}\n${JSON.stringify(value)}`,
  };
}
