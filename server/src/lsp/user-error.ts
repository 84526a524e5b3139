// A request that cannot be answered for a reason the user should read.

import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';

/** Shown by the editor in its own words: "cannot rename a macro". */
export class UserError extends Error {
  toResponse(): ResponseError {
    return new ResponseError(LSPErrorCodes.RequestFailed, this.message);
  }
}

/** The answer to a request whose client no longer wants one. */
export function requestCancelled(): ResponseError {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}
