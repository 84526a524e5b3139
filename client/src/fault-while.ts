// What is wrong with a text while it is typed, in the box where it is typed.

import type { InputParams } from '../../server/src/lsp/custom-requests.ts';
import type { Session } from './session.ts';

/** For `validateInput`: the server's words, and none for an empty box. */
export function faultWhile(
  session: Session,
  isA: InputParams['isA'],
): (text: string) => Promise<string | null> {
  return (text) =>
    text === '' ? Promise.resolve(null) : session.request('dtmap/faultOf', { text, isA });
}
