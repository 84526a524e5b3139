// The workflows of .github and the action: what they run is there. Whether it passes on other systems, only those can tell.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { dtmap } from './support/run-dtmap.ts';
import { root } from './support/bundles.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly shell?: string;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly defaults?: { readonly run: { readonly 'working-directory'?: string } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const { load } = createRequire(import.meta.url)('js-yaml') as {
  readonly load: (text: string) => unknown;
};
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const folder = '.github/workflows';
const workflows = readdirSync(path.join(root, folder)).map(
  (name) => [name, load(read(`${folder}/${name}`)) as Workflow] as const,
);
const action = load(read('action.yml')) as Action;
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};

/** Fails unless every command of a `run:` is one that is there. */
function checkRun(run: string): void {
  for (const command of run.split(/\n|&&/).map((line) => line.trim())) {
    if (/^(?:$|npm (?:ci|link)$|git config )/.test(command)) continue;
    // The package that was installed or linked.
    if (command.startsWith('dtmap check ')) continue;
    const script = /^npm (?:run ([\w:-]+)|(test))\b/.exec(command);
    if (script) {
      const name = script[1] ?? script[2] ?? '';
      assert.ok(name in manifest.scripts, `${command}: no such script`);
      continue;
    }
    const [program, file = ''] = command.split(' ');
    assert.match(program ?? '', /^(?:node|bash)$/, command);
    // What the build makes, wherever it is made.
    const name = file.replace(/^"?(?:\$GITHUB_ACTION_PATH\/)?|"$/g, '');
    if (name.startsWith('dist/')) assert.match(read('esbuild.mjs'), new RegExp(`'${name}'`));
    else assert.ok(existsSync(path.join(root, name)), command);
  }
}

describe('workflows', () => {
  for (const [name, { jobs }] of workflows)
    for (const [id, job] of Object.entries(jobs))
      it(`${name}: ${id} runs what is there`, () => {
        assert.match(job['runs-on'] ?? '', /^(?:ubuntu-latest|\$\{\{ matrix\.os \}\})$/);
        assert.ok(job.steps.length > 0);
        for (const step of job.steps) {
          assert.ok((step.run === undefined) !== (step.uses === undefined), JSON.stringify(step));
          if (step.run !== undefined) checkRun(step.run);
          else if (step.uses?.startsWith('./')) {
            assert.ok(existsSync(path.join(root, step.uses, 'action.yml')));
            const given = Object.keys(step.with ?? {});
            assert.deepEqual(
              given.filter((each) => !(each in action.inputs)),
              [],
            );
            for (const [input, { required }] of Object.entries(action.inputs))
              if (required === true) assert.ok(given.includes(input), input);
          } else assert.match(step.uses ?? '', /^actions\/[\w-]+@v\d+$/);
        }
        for (const [, variable = ''] of JSON.stringify(job).matchAll(/\bmatrix\.(\w+)/g))
          assert.ok(variable in (job.strategy?.matrix ?? {}), `matrix.${variable}`);
      });

  it('cover three systems and every version of Node that is meant, with CRLF and a blank', () => {
    const jobs = workflows.flatMap(([, workflow]) => Object.values(workflow.jobs));
    const tests = jobs.find(({ steps }) => steps.some(({ run }) => run === 'npm test'));
    const systems = ['ubuntu-latest', 'windows-latest', 'macos-latest'];
    assert.deepEqual(tests?.strategy?.matrix['os'], systems);
    const versions = manifest.engines.node.match(/\d+(?=\.|$)(?<!\.\d+)/g)?.map(Number);
    assert.deepEqual(tests.strategy.matrix['node'], versions);
    const { path: where } = tests.steps.find(({ uses }) => uses?.includes('checkout'))?.with ?? {};
    assert.equal(where, tests.defaults?.run['working-directory']);
    assert.match(where ?? '', / /);
    assert.ok(tests.steps.some(({ run }) => /autocrlf true/.test(run ?? '')));
    const used = jobs.find(({ steps }) => steps.some(({ uses }) => uses === './'));
    assert.deepEqual(used?.strategy?.matrix['os'], systems);
  });

  it('check boards that are there and have no fault', async () => {
    const files = workflows.flatMap(([, { jobs }]) =>
      Object.values(jobs).flatMap(({ steps }) =>
        steps.flatMap((step) => [
          ...((step.with?.['files'] ?? '').match(/\S+/g) ?? []),
          ...(/ check (\S+)$/.exec(step.run ?? '')?.slice(1) ?? []),
        ]),
      ),
    );
    assert.ok(files.length >= 2);
    const { status, stdout } = await dtmap(['check', '--xen', '4.18', ...files], { cwd: root });
    assert.equal(status, 0, stdout);
  });

  it('the action runs what is there', () => {
    assert.equal(action.runs.using, 'composite');
    for (const { run, uses, shell } of action.runs.steps) {
      if (run === undefined) assert.match(uses ?? '', /^actions\/[\w-]+@v\d+$/);
      else {
        checkRun(run);
        assert.equal(shell, 'bash');
      }
    }
    // It has a Node of its own, and builds nothing.
    assert.match(action.runs.steps[0]?.uses ?? '', /setup-node/);
    assert.doesNotMatch(JSON.stringify(action.runs.steps), /npm (?:ci|run)/);
  });
});
