// A request that cannot be answered for a reason the user should read.

import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';

/** Shown by the editor in its own words: "cannot rename a macro". */
export class UserError extends Error {
  toResponse(): ResponseError {
    return new ResponseError(LSPErrorCodes.RequestFailed, this.message);
  }
}

/** Why nothing is changed while the text has no tree: what is known is about an older text. */
export const BROKEN = 'The text has a syntax error. Fix it first, then try again.';

/** The answer to a request whose client no longer wants one. */
export function requestCancelled(): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}
