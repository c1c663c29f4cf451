/** Errors as S3 answers them: a status and a small XML document. */

export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members, for instance the bucket's own region. */
  readonly members: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    message: string,
    more: {
      readonly members?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = more.members ?? {};
    this.headers = more.headers ?? {};
  }

  /** The response's body. */
  toXml(requestId: string): string {
    const members = {
      Code: this.code,
      Message: this.message,
      ...this.members,
      RequestId: requestId,
      HostId: 'fake',
    };
    const texts = Object.entries(members).map(
      ([name, text]) => `<${name}>${xmlText(text)}</${name}>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${texts.join('')}</Error>`;
  }
}

export const xmlText = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export const accessDenied = () => new S3Error('AccessDenied', 403, 'Access Denied');

export const noSuchKey = (key: string) =>
  new S3Error('NoSuchKey', 404, 'The specified key does not exist.', { members: { Key: key } });

export const noSuchBucket = (name: string) =>
  new S3Error('NoSuchBucket', 404, 'The specified bucket does not exist', {
    members: { BucketName: name },
  });
