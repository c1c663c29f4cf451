/** The transcoder alone, in a process of its own: prepared bodies in, frames dropped. */

import { jsonLines } from '../../protocol/json-lines.ts';
import { protobufFrames } from '../../protocol/protobuf-frames.ts';
import { createTranscoder } from '../../connector/transcoder/transcoder.ts';
import type { CodecName } from '../support/connector-process.ts';
import { RecordPages, ScanPages } from './prepared-pages.ts';
import { keyAttributes, type ShapeName } from './shapes.ts';

export interface TranscodeSettings {
  /** Of the items; absent for records. */
  readonly shape: ShapeName | undefined;
  readonly codec: CodecName;
}

export interface TranscodeResult {
  readonly bytes: number;
  readonly outputBytes: number;
  readonly documents: number;
  readonly cpuSeconds: number;
}

const warmUpSeconds = 1;
const moment = '2026-08-21T10:00:00.000Z';
const recordRules = { skipBeforeMs: 0, afterSequenceNumber: undefined, expandDeletesBeforeMs: 0 };

/** The role: transcodes for as many seconds of CPU time as it is asked to. */
export function transcodeRole({ shape, codec }: TranscodeSettings) {
  const bodies =
    shape === undefined ? recordBodies() : new ScanPages(shape).bodies.map((body) => body);
  const transcoder = createTranscoder({
    key: keyAttributes.map(({ AttributeName, AttributeType }) => ({
      name: AttributeName,
      type: AttributeType,
    })),
    framing: (codec === 'json' ? jsonLines : protobufFrames).documentFraming(0),
  });
  const meta = { epoch: moment, scannedAt: moment };
  const transcode = (body: Uint8Array) =>
    shape === undefined
      ? transcoder.records(body, meta, recordRules)
      : transcoder.items(body, meta);
  const run = (seconds: number): TranscodeResult => {
    const start = process.cpuUsage();
    const result = { bytes: 0, outputBytes: 0, documents: 0, cpuSeconds: 0 };
    while (result.cpuSeconds < seconds) {
      for (const body of bodies) {
        const frames = transcode(body);
        frames.release();
        result.bytes += body.length;
        result.outputBytes += frames.bytes.length;
        result.documents += frames.count;
      }
      const { user, system } = process.cpuUsage(start);
      result.cpuSeconds = (user + system) / 1e6;
    }
    return result;
  };
  return ({ seconds }: { readonly seconds: number }): TranscodeResult => {
    run(warmUpSeconds);
    return run(seconds);
  };
}

function recordBodies(): Uint8Array[] {
  const pages = new RecordPages('400-byte');
  return Array.from({ length: 4 }, () => {
    const { head, tail } = pages.page('next');
    return Buffer.concat([head, tail]);
  });
}
