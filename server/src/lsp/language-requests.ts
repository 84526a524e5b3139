// The protocol's own requests: from a method to the function of `ide/` that answers it.

import { annotationRequests } from './annotation-requests.ts';
import { editingRequests } from './editing-requests.ts';
import { navigationRequests } from './navigation-requests.ts';
import type { Server } from './server-state.ts';
import { textRequests } from './text-requests.ts';

/** Every request of the protocol that is answered, by method. Requests never wait for more than a first analysis. */
export function languageRequests(server: Server) {
  return {
    ...textRequests(server),
    ...annotationRequests(server),
    ...navigationRequests(server),
    ...editingRequests(server),
  };
}
