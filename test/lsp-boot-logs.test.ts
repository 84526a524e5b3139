// What the server says of logs: of a predicted one how the boot ends, of a text that is none why.

import assert from 'node:assert/strict';
import path from 'node:path';
import { LspSession } from './support/lsp-session.ts';

const board = path.join(import.meta.dirname, '../client/sample/board.dts');

describe('boot logs', () => {
  let session: LspSession;
  let uri = '';
  before(async () => {
    session = await LspSession.start({ settings: { dtmap: { targets: ['xen:4.18'] } } });
    uri = session.uriOf(board);
    await session.open(board);
  });
  after(async () => {
    await session.stop();
  });

  it('say what is not certain by its reason, once each', async () => {
    const { outcome, uncertain } = await session.request('dtmap/bootLog', {
      uri,
      target: 'xen:4.18',
    });
    assert.match(outcome, /^Xen 4\.18\.6 likely boots and dom0 is at risk/);
    assert.ok(uncertain.length > 0);
    const reasons = uncertain.map((each) => each.slice(each.indexOf(': ')));
    assert.equal(new Set(reasons).size, reasons.length);
    assert.ok(
      uncertain.every((each) => !/\bdom0\.\w/.test(each.slice(0, each.indexOf(': ')))),
      uncertain.join('\n'),
    );
  });

  it('compare and explain what Xen printed', async () => {
    const log = '(XEN) RAM: 0000000040000000 - 00000000cfffffff\n';
    const { verdict, captured } = await session.request('dtmap/compareBootLog', {
      uri,
      log,
      target: 'xen:4.18',
    });
    assert.match(verdict, /^1 unexpected line, \w+ missing, \d+ match(?:es)?\.$/);
    // Why stands below a line, indented, so that it can be folded away.
    assert.match(captured[1]?.text ?? '', /^ {4}\S/);
    const { lines } = await session.request('dtmap/explainLog', { uri, log });
    assert.ok(lines.length > 2);
  });

  for (const log of ['nothing here\nhello\n', '', '[    0.000000] Booting Linux\n'])
    it(`refuse ${JSON.stringify(log.slice(0, 20))}, as the command line does`, async () => {
      await assert.rejects(
        session.request('dtmap/compareBootLog', { uri, log, target: 'xen:4.18' }),
        /This text is no log of Xen: no line in it has \(XEN\) in front\./,
      );
      await assert.rejects(
        session.request('dtmap/explainLog', { uri, log }),
        /No line of this text is about memory/,
      );
    });

  it('refuse a log of Xen without lines about memory', async () => {
    const log = '(XEN) Xen version 4.18.2\n(XEN) Bringing up CPU1\n';
    await assert.rejects(
      session.request('dtmap/compareBootLog', { uri, log }),
      /This log: no line/,
    );
  });
});
