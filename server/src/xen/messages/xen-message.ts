// A message of Xen: its forms are chosen by what the release does.

import type { Message } from '../../messages/message.ts';
import type { Behaviours } from '../behaviours.ts';

export type XenMessage = Message<keyof Behaviours>;
