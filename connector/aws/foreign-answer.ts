/** Answers that are not AWS's: of a proxy, a portal with its login page, or a server that is no DynamoDB. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type { HttpRequest, HttpResponse } from '../host.ts';

/** As far as a page is looked at to see that it is one. */
const looksLength = 200;

/** The error for an answer that AWS does not give. It may pass, as a captive portal does once somebody logs in. */
export function foreignAnswer(
  request: Pick<HttpRequest, 'protocol' | 'hostname' | 'port'>,
  response: HttpResponse,
): ConnectorError {
  const { protocol, hostname, port } = request;
  const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  return new ConnectorError(
    errorCodes.responseInvalid,
    `${origin} answers with HTTP status ${response.status}${contentOf(response)}, not as DynamoDB does: a proxy or portal answers`,
    {
      hint: 'Check "advanced.endpoint" if you have set it, the proxy if there is one, and whether this network requires a login.',
    },
  );
}

/** Throws for what only something on the way answers, or a web server. */
export function assertOfAws(request: HttpRequest, response: HttpResponse): void {
  const { status } = response;
  // AWS answers with 200 or an error. A redirect or an empty success would pass for an account without tables.
  if (status < 400 && status !== 200) throw foreignAnswer(request, response);
  // What is in front of AWS answers with a page while AWS is not well; that says enough.
  if (status < 500 && isPage(response)) throw foreignAnswer(request, response);
}

/** True when a body begins as a JSON object does. */
export function isObjectBody({ body }: HttpResponse): boolean {
  for (const byte of body) {
    const isBlank = byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
    if (!isBlank) return byte === 0x7b;
  }
  return false;
}

function contentOf(response: HttpResponse): string {
  const { location } = response.headers;
  if (location !== undefined) return ` and a redirect${towards(location)}`;
  if (isPage(response)) return ' and an HTML page';
  return response.body.length === 0 ? ' and an empty body' : '';
}

/** The server alone: what comes after may be as secret as a session. */
function towards(location: string): string {
  return URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
}

function isPage({ headers, body }: HttpResponse): boolean {
  if (/\bhtml\b/i.test(headers['content-type'] ?? '')) return true;
  const beginning = Buffer.from(body.subarray(0, looksLength)).toString('latin1');
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(beginning);
}
