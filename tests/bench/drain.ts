/** The reader of a connector's output: a process of its own, so that the reading is not the connector's. */

import { Socket } from 'node:net';
import { createFrameCounter } from './frame-counter.ts';
import type { CodecName } from '../support/connector-process.ts';

/** What has come so far, and when the first of it came (ms, of the system's monotonic clock). */
export interface Drained {
  readonly documents: number;
  readonly others: number;
  readonly bytes: number;
  readonly firstResponseAtMs: number | undefined;
  readonly firstDocumentAtMs: number | undefined;
  readonly lastDocumentAtMs: number | undefined;
}

/** Answers at once, or as soon as there are so many responses. After `stop` it reads nothing until `go-on`. */
export type DrainQuestion = 'now' | 'first-response' | 'first-document' | 'stop' | 'go-on';

const readBytes = 1024 * 1024;

/** The same in all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The role: reads its stdin, and answers what came of it. */
export function drainRole({ codec }: { readonly codec: CodecName }) {
  const counter = createFrameCounter(codec);
  let firstResponseAtMs: number | undefined;
  let firstDocumentAtMs: number | undefined;
  let lastDocumentAtMs: number | undefined;
  let waiting: (() => void)[] = [];
  const buffer = Buffer.alloc(readBytes);
  const onRead = (length: number) => {
    const before = counter.documents;
    counter.push(buffer.subarray(0, length));
    if (counter.documents > before) lastDocumentAtMs = monotonicMs();
    if (firstDocumentAtMs === undefined) {
      firstResponseAtMs ??= monotonicMs();
      if (counter.documents > 0) firstDocumentAtMs = monotonicMs();
      for (const look of waiting) look();
    }
    return true;
  };
  // One buffer for all reads; typed only for sockets that connect, but made for any.
  const input = new Socket({
    fd: 0,
    readable: true,
    onread: { buffer, callback: onRead },
  } as object).resume();
  const drained = (): Drained => ({
    documents: counter.documents,
    others: counter.others,
    bytes: counter.bytes,
    firstResponseAtMs,
    firstDocumentAtMs,
    lastDocumentAtMs,
  });
  return (question: DrainQuestion): Promise<Drained> =>
    new Promise((resolve) => {
      if (question === 'stop') input.pause();
      if (question === 'go-on') input.resume();
      const look = () => {
        if (question === 'first-response' && firstResponseAtMs === undefined) return;
        if (question === 'first-document' && firstDocumentAtMs === undefined) return;
        waiting = waiting.filter((other) => other !== look);
        resolve(drained());
      };
      waiting.push(look);
      look();
    });
}
