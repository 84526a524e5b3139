// The JSON that dtmap prints and reads is what server/docs/schemas says; UPDATE=1 rewrites what is made from elsewhere.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { format, resolveConfig } from 'prettier';
import type { Comparison, TreeChange } from '../server/src/cli/diff-command.ts';
import type { JsonLog, JsonRule } from '../server/src/cli/explain-command.ts';
import type { JsonFacts } from '../server/src/cli/facts-command.ts';
import type { JsonFact, JsonFinding, JsonReport } from '../server/src/cli/json-finding.ts';
import type * as library from '../server/src/cli/library.ts';
import type { JsonDecoded } from '../server/src/cli/map-command.ts';
import type { JsonMap } from '../server/src/cli/map-json.ts';
import { allRules } from '../server/src/rules/all-rules.ts';
import { readProfileText } from '../server/src/inputs/read-profile.ts';
import { readProject, type Project } from '../server/src/inputs/read-project.ts';
import type { BootProfile } from '../server/src/facts/boot-profile.ts';
import { printSchema, propertiesOf } from './support/print-schema.ts';
import { dtmap } from './support/run-dtmap.ts';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'server/docs/schemas');
const page = path.join(root, 'server/docs/json.md');
const schemas = new Map(
  readdirSync(folder).map((file) => [
    file,
    JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as AnySchemaObject,
  ]),
);
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
for (const [file, schema] of schemas) ajv.addSchema(schema, file);

/** What is wrong with `value`, one line each; empty when it is as `file` says. */
function faultsOf(file: string, value: unknown): string[] {
  const validate = ajv.getSchema(file);
  assert.ok(validate, file);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    (each) => `${each.instancePath} ${each.message ?? ''} ${JSON.stringify(each.params)}`,
  );
}

/** The names that one of two types has and the other has not: none, or this file does not compile. */
type Difference<A, B> = Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>;
type Differences = [
  Difference<library.Report, JsonReport>,
  Difference<library.Finding, JsonFinding>,
  Difference<library.BootFact, JsonFact>,
  Difference<library.MemoryMap, JsonMap>,
  Difference<library.MemoryMap['reserved'][number], JsonMap['reserved'][number]>,
  Difference<library.Decoded, JsonDecoded>,
  Difference<library.Decoded['owners'][number], JsonDecoded['owners'][number]>,
  Difference<library.RulePage, JsonRule>,
  Difference<library.ExplainedLog, JsonLog>,
  Difference<library.ExplainedLog['lines'][number], JsonLog['lines'][number]>,
  Difference<library.Difference, Comparison>,
  Difference<NonNullable<library.Difference['tree']>[number], TreeChange>,
  Difference<library.Facts, JsonFacts>,
  Difference<library.Facts['facts'][number], JsonFacts['facts'][number]>,
];
/** As the library gives what is printed; does not compile unless its types say and name all of it. */
const asTyped = (
  report: JsonReport,
): [Differences[number]] extends [never] ? library.Report : never => report;

/** What the library's types say of a boot, of which the printer only knows that it is an object. */
const bootFields: Record<keyof library.Boot, true> = {
  version: true,
  target: true,
  release: true,
  xen: true,
  outcome: true,
  log: true,
  ram: true,
  modules: true,
  reserved: true,
  heap: true,
  dom0: true,
  uncertain: true,
  facts: true,
};
const outcomeFields: Record<keyof library.Outcome, true> = {
  kind: true,
  code: true,
  line: true,
  because: true,
  condition: true,
  likely: true,
};

const sample = 'client/sample/board.dts';
const overlap = 'test/fixtures/xen-boots/resv-overlap';
const scaled = 'test/fixtures/xen-boots/seed-scaled';
const domains = 'test/fixtures/xen-boots/static-mem';
const one = ['--profile', 'test/fixtures/profiles/one-cpu.json'];

/** For each schema command lines whose output it describes; together they print every property that it has. */
const printed: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'findings.json': [
    ['check', sample, '--xen', '4.18,4.19', '--linux', '6.12'],
    ['check', `${overlap}/board.dts`, `${scaled}/board.dts`, 'test/fixtures/cli/clean.dts'],
    ['check', ...ruleBoards()],
    [
      'check',
      'test/fixtures/rules/xen-scan-stopped/bad-if-padded.dts',
      '--xen',
      '4.18',
      '--profile',
      'test/fixtures/profiles/dtb-before-region.json',
    ],
    ['check', 'test/fixtures/cli/nothing.dts', 'test/fixtures/cli/clean.dts'],
    ['check', 'test/fixtures/cli/part/soc.dtsi'],
  ],
  'memory-map.json': [
    ...['host', 'xen', 'dom0', 'linux'].map((reader) => [
      'map',
      `${scaled}/board.dts`,
      ...['--for', reader, '--xen', '4.18', '--linux', '6.12', ...one],
    ]),
    ['map', sample, '--for', 'xen', '--xen', '4.18'],
    ['map', sample, '--for', 'dom0', '--xen', '4.18,4.19'],
    ['map', 'test/fixtures/xen-boots/resv-dynamic/board.dts', '--for', 'linux'],
    ['map', 'test/fixtures/xen-boots/mod-no-initrd/board.dts', '--for', 'host'],
    ['map', `${domains}/board.dts`, '--for', 'domU1'],
    ...['static-shm', 'static-heap', 'memreserve'].map((board) => [
      'map',
      `test/fixtures/xen-boots/${board}/board.dts`,
    ]),
  ],
  'boot.json': [
    ['boot', sample, '--xen', '4.18,4.19'],
    ['boot', `${scaled}/board.dts`, '--xen', '4.18', ...one],
    ['boot', `${overlap}/board.dts`, '--xen', '4.18,4.19,unstable'],
    ['boot', 'test/fixtures/xen-boots/s4-two-banks-hole-idle/board.dts', '--xen', '4.18'],
    ['boot', 'test/fixtures/xen-boots/memreserve/board.dts', '--xen', '4.19', ...one],
  ],
  'boot-comparison.json': [
    ['boot', `${scaled}/board.dts`, '--compare', `${scaled}/4.18.6/xen.log`],
    ['boot', `${overlap}/board.dts`, '--compare', `${scaled}/4.18.6/xen.log`],
    ['boot', `${overlap}/board.dts`, '--compare', '-'],
    ['boot', `${overlap}/board.dts`, '--compare', '-', '--xen', '4.18,4.19'],
  ],
  'decode.json': [
    ['decode', sample, '0x60000000'],
    ['decode', 'test/fixtures/cli/iommu.dts', '0x48000000', ...one],
  ],
  'diff.json': [
    ['diff', sample, `${scaled}/board.dts`],
    ['diff', 'test/fixtures/cli/clean.dts', 'test/fixtures/cli/board.dts'],
    ['diff', `${scaled}/board.dts`, `${overlap}/board.dts`, '--for', 'xen', '--xen', '4.18'],
    ['diff', `${overlap}/board.dts`, '--xen', '4.18', '--xen', '4.19'],
  ],
  'explained-log.json': [
    ['explain', `${scaled}/4.18.6/xen.log`, '--board', `${scaled}/board.dts`],
    ['explain', `${overlap}/4.19.6/xen.log`],
    ['explain', 'test/fixtures/xen-logs/18-zcu102-qemu-woods-2019.log'],
  ],
  'rule.json': [
    ['explain', 'xen-panic'],
    ['explain', 'reg_format'],
  ],
};

/** A log that differs in more lines than are aligned with care: what standard input holds. */
const longLog = Array.from(
  { length: 1100 },
  (_, index) =>
    `(XEN) RAM: ${(index + 1).toString(16)}0000000 - ${(index + 1).toString(16)}0000fff\n`,
).join('');

/** Boards with the fault of each rule. */
function ruleBoards(): string[] {
  return allRules.map(({ id }) => `test/fixtures/rules/${id}/bad.dts`);
}

/** The names of all properties that occur in `value`, by their path: `findings[].at`. */
function pathsIn(value: unknown, at = '', into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const each of value) pathsIn(each, `${at}[]`, into);
  else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value)) {
      const inner = at === '' ? name : `${at}.${name}`;
      into.add(inner);
      pathsIn(each, inner, into);
    }
  return into;
}

describe('JSON that is printed', function () {
  this.timeout(60_000);

  for (const [file, commands] of Object.entries(printed)) {
    it(`is as ${file} says, which says nothing else`, async () => {
      const seen = new Set<string>();
      for (const argv of commands) {
        const ran = await dtmap([...argv, '--format', 'json'], {
          cwd: root,
          stdin: longLog,
        });
        assert.notEqual(ran.stdout, '', `${argv.join(' ')}: ${ran.stderr}`);
        const value = JSON.parse(ran.stdout) as unknown;
        assert.deepEqual(faultsOf(file, value), [], argv.join(' '));
        // Several releases give an array of what one gives.
        for (const each of [value].flat()) pathsIn(each, '', seen);
      }
      const described = propertiesOf(schemas, file).map((property) => property.path);
      assert.deepEqual(
        described.filter((each) => !seen.has(each)),
        [],
        'described, and never printed',
      );
    });
  }

  it('of a boot has the fields that the types of the library name', () => {
    const paths = propertiesOf(schemas, 'boot.json').map((property) => property.path);
    const outcome = paths.flatMap((each) => /^outcome\.(\w+)$/.exec(each)?.[1] ?? []);
    assert.deepEqual(
      paths.filter((each) => /^\w+$/.test(each)).sort(),
      Object.keys(bootFields).sort(),
    );
    assert.deepEqual(outcome.sort(), Object.keys(outcomeFields).sort());
  });

  it('is the same from merge as from check', async () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'dtmap-schemas-'));
    const part = path.join(scratch, 'part.json');
    await dtmap(['check', sample, '--format', 'json', '-o', part], { cwd: root });
    const { stdout } = await dtmap(['merge', part], { cwd: root });
    assert.deepEqual(faultsOf('findings.json', JSON.parse(stdout)), []);
    const { findings } = asTyped(JSON.parse(stdout) as JsonReport);
    assert.ok(findings.every(({ board }) => typeof board === 'string'));
    rmSync(scratch, { recursive: true });
  });

  it('is a baseline as baseline.json says', async () => {
    const { stdout } = await dtmap(['check', sample, '--write-baseline', '-'], { cwd: root });
    const baseline = JSON.parse(stdout) as { findings: unknown[] };
    assert.ok(baseline.findings.length > 0);
    assert.deepEqual(faultsOf('baseline.json', baseline), []);
  });

  it('is refused by its schema when a field is new, lost, or of another kind', () => {
    const decoded = { version: 1, address: '0x1000', mfn: '0x1', owners: [] };
    assert.deepEqual(faultsOf('decode.json', decoded), []);
    for (const wrong of [
      { ...decoded, pfn: 1 },
      { version: 1, address: '0x1000', owners: [] },
      { ...decoded, mfn: 1 },
    ])
      assert.notDeepEqual(faultsOf('decode.json', wrong), []);
  });
});

/** A type with all that is optional, addresses as JSON has them. */
type Whole<Type> = Type extends bigint
  ? string | number
  : Type extends readonly (infer Each)[]
    ? readonly Whole<Each>[]
    : Type extends object
      ? { readonly [Name in keyof Type]-?: Whole<NonNullable<Type[Name]>> }
      : Type;

/** Every field: a new one does not compile before it is here, and fails before it is in the schema. */
const wholeProfile: Whole<BootProfile> = {
  xen: {
    address: '0x40200000',
    size: '0x118000',
    textSize: 524288,
    debug: true,
    efiOptions: '-cfg=xen.cfg -mapbs',
  },
  dtb: { address: '0x44000000', size: '0X9BD' },
  kernel: { fileSize: 1, textOffset: 0, format: 'gzip', uncompressedSize: '12', pageSize: 4096 },
  boot: 'efi',
  bootLoader: 'u-boot',
  modules: [{ kind: 'kernel', address: '0x48000000', size: 1, commandLine: 'console=hvc0' }],
  efiMemoryMap: [
    { start: 0, end: '0x40000000', type: 'EfiConventionalMemory', attributes: '0xf' },
    { start: '0x40000000', end: '0x40000001', type: 'Available', attributes: 8 },
  ],
  memory: [{ start: '0x40000000', end: '0x80000000' }],
  reserved: [{ start: '0x7e000000', end: '0x80000000', node: 'optee_core@7e000000' }],
  xenCommandLine: 'dom0_mem=1G',
  dmaBits: 32,
  iommu: false,
  cpus: 4,
  architecture: 'arm32',
  cpu: 'arm,cortex-a53',
  config: { staticMemory: true, staticShm: true, llcColoring: false, acpi: false },
};

const wholeProject: Record<keyof Project, unknown> = {
  extends: ['base.json'],
  includePaths: ['include'],
  defines: { CONFIG_X: '1' },
  targets: ['xen:4.18', 'xen:4.18.2', 'xen:unstable', 'linux:6.12', 'linux:current'],
  overlays: [],
  guests: [],
  bootProfile: wholeProfile,
  bootScript: 'boot.cmd',
  severity: { 'reg-length': 'off', reg_format: 'on' },
  maxWarnings: 3,
  baseline: 'baseline.json',
  bindings: { dir: 'bindings' },
};

describe('JSON that is read', () => {
  let scratch = '';
  before(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'dtmap-schemas-'));
    mkdirSync(path.join(scratch, 'include'));
    for (const name of ['board.dts', 'soc.dtsi'])
      writeFileSync(
        path.join(scratch, name),
        readFileSync(path.join(root, 'test/fixtures/cli', name)),
      );
    writeFileSync(path.join(scratch, 'base.json'), '{}');
    writeFileSync(path.join(scratch, 'boot.cmd'), 'load mmc 0 0x48000000 Image\n');
    writeFileSync(path.join(scratch, 'baseline.json'), '{ "version": 2, "findings": [] }');
    mkdirSync(path.join(scratch, 'bindings'));
    writeFileSync(
      path.join(scratch, 'bindings/acme.yaml'),
      '$id: http://devicetree.org/schemas/acme.yaml#\n',
    );
  });
  after(() => {
    rmSync(scratch, { recursive: true });
  });

  /** Why the command line refuses a file, undefined when it does not. */
  async function refusal(name: string, value: unknown): Promise<string | undefined> {
    writeFileSync(path.join(scratch, name), JSON.stringify(value));
    const options = name === 'dtmap.json' ? [] : ['--no-config', '--profile', name];
    const ran = await dtmap(['check', 'board.dts', ...options], { cwd: scratch });
    return ran.status === 2 ? ran.stderr : undefined;
  }

  it('has every field of a boot profile in its schema', async () => {
    assert.equal(await refusal('profile.json', wholeProfile), undefined);
    assert.deepEqual(faultsOf('boot-profile.json', wholeProfile), []);
    const described = propertiesOf(schemas, 'boot-profile.json').map((each) => each.path);
    assert.deepEqual(described.sort(), ['$schema', ...pathsIn(wholeProfile)].sort());
  });

  it('has every field of dtmap.json in its schema', async () => {
    assert.equal(await refusal('dtmap.json', wholeProject), undefined);
    assert.deepEqual(faultsOf('project.json', wholeProject), []);
    assert.deepEqual(
      Object.keys(schemas.get('project.json')?.['properties'] as object).sort(),
      ['$schema', ...Object.keys(wholeProject)].sort(),
    );
  });

  it('may name its schema', async () => {
    const named = { $schema: 'boot-profile.json', cpus: 1 };
    assert.equal(await refusal('profile.json', named), undefined);
    assert.equal(await refusal('dtmap.json', { $schema: 'x', bootProfile: named }), undefined);
  });

  const wrongProfiles: readonly unknown[] = [
    { xen: { adress: 1 } },
    { xen: { address: -1 } },
    { xen: { address: '0x1_000' } },
    { kernel: { fileSize: '0x11111111111111111' } },
    { kernel: { format: 'zip' } },
    { kernel: { pageSize: 8192 } },
    { memory: [{ start: 0 }] },
    { memory: { start: 0, end: 1 } },
    { cpus: 0 },
    { xen: [] },
    { xen: { size: 0 } },
    { dtb: { size: '0x0' } },
    { cpus: 1.5 },
    { dmaBits: 65 },
    { efiMemoryMap: [{ start: 0, end: 1, type: 'EfiBogus' }] },
    { boot: 'acpi' },
    { iommu: 'no' },
    { xenCommandLine: 1 },
    { config: { acpi: 'no' } },
    { config: { debug: true } },
    { ram: [] },
    [],
  ];
  const wrongProjects: readonly unknown[] = [
    { include: [] },
    { targets: 'xen:4.18' },
    { targets: ['xen'] },
    { defines: { CONFIG_X: 1 } },
    { defines: [] },
    { severity: [] },
    { bootProfile: [] },
    { severity: { 'reg-length': 'fatal' } },
    { severity: { 'no-such-rule': 'off' } },
    { maxWarnings: -1 },
    { extends: 1 },
    { bootScript: [] },
    { baseline: {} },
    { bootProfile: { xen: { adress: 1 } } },
    [],
  ];
  for (const [name, file, values] of [
    ['profile.json', 'boot-profile.json', wrongProfiles],
    ['dtmap.json', 'project.json', wrongProjects],
  ] as const)
    for (const value of values)
      it(`is refused by ${file} and by the command line: ${JSON.stringify(value)}`, async () => {
        assert.notEqual(await refusal(name, value), undefined);
        assert.notDeepEqual(faultsOf(file, value), []);
      });

  /** Values of every kind, those at the edges of some field among them. */
  const values: readonly unknown[] = [
    ...[null, true, false, [], {}, [0], [{ start: 0, end: 1 }], { start: 0, end: 1 }],
    ...[-1, 0, 1, 1.5, 11, 12, 64, 65, 4096, 4097, 2 ** 53 - 1, 2 ** 53, 1e300],
    ...['', ' ', '0', '1', '00', '0x', '0x0', '0X0', '0x00000', '0xf', '0XF', '-1', '1e3', '0x1_0'],
    ...['0xffffffffffffffff', '0x10000000000000000', '9'.repeat(19), '9'.repeat(21)],
    ...['dt', 'efi', 'image', 'zimage', 'gzip', 'arm64', 'arm32', 'riscv', 'acpi'],
    ...['EfiConventionalMemory', 'EfiBogus', 'Available', 'xen:4.18', 'linux:6.12', 'off', 'on'],
  ];
  for (const [file, read] of [
    ['boot-profile.json', (value: unknown) => readProfileText(JSON.stringify(value)).ok],
    ['project.json', (value: unknown) => readProject(JSON.stringify(value)).ok],
  ] as const)
    it(`is taken by ${file} and by the reader alike, field by field`, () => {
      const paths = propertiesOf(schemas, file).map((each) => each.path);
      assert.ok(paths.includes('extends') || paths.includes('kernel.textOffset'));
      const differing: string[] = [];
      for (const at of paths)
        for (const value of values) {
          const whole = at.split('.').reduceRight<unknown>(
            (inner, name) =>
              name.endsWith('[]')
                ? {
                    [name.slice(0, -2)]: [
                      { start: 0, end: '0xffffffffffffffff', ...(inner as object) },
                    ],
                  }
                : { [name]: inner },
            value,
          );
          // Words of tools for a type of memory are many, and a schema knows none of them.
          const isWord = at.endsWith('.type') && typeof value === 'string' && !/^Efi/.test(value);
          const isTaken = faultsOf(file, whole).length === 0;
          if (isTaken !== read(whole) && !(isWord && isTaken))
            differing.push(`${String(isTaken)}: ${JSON.stringify(whole)}`);
        }
      assert.deepEqual(differing, []);
    });

  it('is described in VS Code by schemas that refer to nothing but each other', () => {
    const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      contributes: { jsonValidation: { url: string }[] };
    };
    const shipped = contributes.jsonValidation.map(({ url }) => path.basename(url));
    assert.deepEqual(shipped, ['project.json', 'boot-profile.json']);
    const named = shipped.flatMap((file) =>
      [...JSON.stringify(schemas.get(file)).matchAll(/"\$ref":"([^"#]+)/g)].map(([, name]) => name),
    );
    assert.deepEqual(named, ['boot-profile.json']);
  });

  it('has the rules there are', () => {
    const file = path.join(folder, 'project.json');
    const ids = allRules.map(({ id }) => id);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as {
      properties: { severity: { propertyNames: { enum: string[] } } };
    };
    if (process.env['UPDATE']) {
      schema.properties.severity.propertyNames.enum = ids;
      writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
    }
    assert.deepEqual(schema.properties.severity.propertyNames.enum, ids, 'run UPDATE=1 npm test');
  });
});

describe('the page on JSON', () => {
  it('says what every field means', () => {
    const fields = [...schemas.keys()].flatMap((file) => propertiesOf(schemas, file));
    assert.ok(fields.length > 100);
    assert.deepEqual(
      fields.filter(({ description }) => description === ''),
      [],
    );
  });

  it('has a table for every schema, as the schema says', async () => {
    const text = readFileSync(page, 'utf8');
    const made = text.replace(
      /(<!-- (\S+\.json) -->\n)[^]*?(?=<!-- end -->)/g,
      (_, mark: string, file: string) => `${mark}\n${printSchema(schemas, file)}\n`,
    );
    const expected = await format(made, { ...(await resolveConfig(page)), parser: 'markdown' });
    if (process.env['UPDATE']) writeFileSync(page, expected);
    assert.equal(readFileSync(page, 'utf8'), expected, 'run UPDATE=1 npm test');
    const marked = [...text.matchAll(/<!-- (\S+\.json) -->/g)].map(([, file]) => file);
    assert.deepEqual(marked.toSorted(), [...schemas.keys()].sort());
  });
});
