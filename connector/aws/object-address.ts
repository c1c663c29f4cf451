/** Where an object of a bucket is asked for: on a host of the bucket's own, or below its name as a path. */

export interface S3Place {
  readonly url: URL;
  /** False for a server that stands for AWS. */
  readonly isAws: boolean;
}

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
 * AWS wants the bucket in the host; servers that stand for it want it in the path.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function objectAddress({ url, isAws }: S3Place, bucket: string, key: string): ObjectAddress {
  const isHost = isAws && hostName.test(bucket);
  const base = url.pathname.replace(/\/$/, '');
  const parts = [...(isHost ? [] : [bucket]), ...key.split('/')];
  return {
    protocol: url.protocol === 'http:' ? 'http:' : 'https:',
    hostname: isHost ? `${bucket}.${url.hostname}` : url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: `${base}/${parts.map(encoded).join('/')}`,
  };
}

/** `encodeURIComponent` leaves five signs that a signature has encoded. */
function encoded(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
