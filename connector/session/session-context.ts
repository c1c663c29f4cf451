/** What a session is served with. */

import type { Codec } from '../../protocol/codec.ts';
import type { CaptureEnd, ProgressWatch } from '../capture/capture.ts';
import type { Host } from '../host.ts';
import type { Log } from '../log.ts';

export interface Session {
  readonly host: Host;
  readonly log: Log;
  readonly codec: Codec;
  /** When the capture is done; where absent, the environment's `SHUTDOWN_AFTER_POLLING` decides. */
  readonly end?: CaptureEnd;
  readonly watch?: ProgressWatch;
}
