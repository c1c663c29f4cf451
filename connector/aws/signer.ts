/** Signatures with the host's clock, corrected by the server's. */

import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, HttpRequest, Provider } from '@smithy/types';
import type { Clock, HttpResponse } from '../host.ts';
import { dateOf, parseDate } from '../time.ts';

// AWS tolerates five minutes. Less than four needs no correction, and the header only counts seconds.
const skewMsMax = 240_000;

/**
 * Signs requests. AWS refuses signatures more than five minutes off its own time, so an instance remembers how
 * far the host's clock is off once AWS has complained.
 */
export class Signer {
  readonly #signature: SignatureV4;
  readonly #clock: Clock;
  /** Changed by `observe`. */
  #offsetMs = 0;

  constructor(region: string, credentials: Provider<AwsCredentialIdentity>, clock: Clock) {
    this.#clock = clock;
    this.#signature = new SignatureV4({
      service: 'dynamodb',
      region,
      credentials,
      sha256: Hash.bind(null, 'sha256'),
    });
  }

  /** How far AWS's time is ahead of the host's; 0 as long as AWS has not complained. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** `region`: where the endpoint wants another than the configured one. */
  sign(request: HttpRequest, region?: string): Promise<HttpRequest> {
    return this.#signature.sign(request, {
      signingDate: dateOf(this.#clock.now() + this.#offsetMs),
      ...(region === undefined ? {} : { signingRegion: region }),
    });
  }

  /** Learns from the time of a refused request's response, where it shows that the host's clock is off. */
  observe(response: HttpResponse): void {
    if (response.status === 200) return;
    const offsetMs = parseDate(response.headers['date'] ?? '') - this.#clock.now();
    if (Math.abs(offsetMs - this.#offsetMs) > skewMsMax) this.#offsetMs = offsetMs;
  }
}
