/** Where an object of a bucket is asked for: on a host of the bucket's own, or below its name as a path. */

export interface ObjectAddress {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number | undefined;
  /** As it is sent and signed: each part encoded once. */
  readonly path: string;
}

/** Names that can be a part of a host, and that S3's certificate covers: none with a dot in it. */
const hostName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * `url` is S3's for a region, or whatever stands for it. AWS wants the bucket in the host; servers that stand for it
 * want it in the path. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function objectAddress(url: URL, bucket: string, key: string): ObjectAddress {
  const isHost = isAwsHost(url.hostname) && hostName.test(bucket);
  const base = url.pathname.replace(/\/$/, '');
  const parts = [...(isHost ? [] : [bucket]), ...key.split('/')];
  return {
    protocol: url.protocol === 'http:' ? 'http:' : 'https:',
    hostname: isHost ? `${bucket}.${url.hostname}` : url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: `${base}/${parts.map(encoded).join('/')}`,
  };
}

/** The same for another region; a server that stands for AWS has all regions in one place. */
export function inRegion(url: URL, from: string, to: string): URL {
  if (!isAwsHost(url.hostname)) return url;
  return new URL(url.href.replace(`.${from}.`, `.${to}.`));
}

function isAwsHost(hostname: string): boolean {
  return /^s3(-fips)?(\.dualstack)?\.[a-z0-9-]+\.(amazonaws|amazonwebservices|api\.aws|c2s|sc2s|cloud)/.test(
    hostname,
  );
}

/** `encodeURIComponent` leaves five signs that a signature has encoded. */
function encoded(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
