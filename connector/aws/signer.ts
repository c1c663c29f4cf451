/** Signatures with the host's clock, corrected by the server's. */

import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { Clock, HttpResponse } from '../host.ts';
import { parseDate } from '../time.ts';
import { Signature, type SignedCall } from './signature.ts';

// AWS tolerates five minutes. Less than four needs no correction, and the header only counts seconds.
const skewMsMax = 240_000;

/**
 * Signs requests. AWS refuses signatures more than five minutes off its own time, so an instance remembers how
 * far the host's clock is off once AWS has complained.
 */
export class Signer {
  readonly #signature = new Signature();
  readonly #region: string;
  readonly #credentials: Provider<AwsCredentialIdentity>;
  readonly #clock: Clock;
  /** Both changed by `observe`. */
  #offsetMs = 0;
  #signingOffsetMs = 0;
  #identity: AwsCredentialIdentity | undefined;

  constructor(region: string, credentials: Provider<AwsCredentialIdentity>, clock: Clock) {
    this.#region = region;
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** What was signed with last: no message may show it. */
  get identity(): AwsCredentialIdentity | undefined {
    return this.#identity;
  }

  /** How far the server's time is ahead of the host's; 0 where that is too little to matter. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** The headers of a call. `region`: where the endpoint wants another than the configured one. */
  async sign(call: SignedCall, region = this.#region): Promise<Record<string, string>> {
    const credentials = (this.#identity = await this.#credentials());
    const nowMs = this.#clock.now() + this.#signingOffsetMs;
    return this.#signature.headersOf(call, credentials, region, nowMs);
  }

  /**
   * Learns from the time that a response tells. An endpoint which checks no signatures never complains, but stamps its
   * records by its own clock all the same: a laptop's virtual machine is an hour behind after a sleep. Signatures
   * that are accepted are left as they are: what tells the time may be a proxy, with a clock of its own.
   */
  observe({ status, headers }: HttpResponse): void {
    const aheadMs = parseDate(headers['date'] ?? '') - this.#clock.now();
    if (Math.abs(aheadMs - this.#offsetMs) > skewMsMax) this.#offsetMs = aheadMs;
    const isRefused = status !== 200;
    if (isRefused && Math.abs(aheadMs - this.#signingOffsetMs) > skewMsMax) {
      this.#signingOffsetMs = aheadMs;
    }
  }
}
