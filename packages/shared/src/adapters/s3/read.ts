import { Fault } from "../../domain/fault.ts";
import type { SourceFacts } from "../../domain/object.ts";
import type { Chunks, ReadRequest, SourceBody } from "../../ports/object-source.ts";
import { giveBackBody } from "../http1/body-pool.ts";
import { fieldOf, type HeaderFields } from "../http1/header-fields.ts";
import { chunksOfWhole } from "../http/body-queue.ts";
import type { HttpAnswer } from "../http/http.ts";
import { LARGE_BYTES } from "../http/transport.ts";
import type { S3Client } from "./client.ts";
import { factsOf } from "./facts.ts";
import { faultOfAnswer } from "./faults.ts";

/** Makes S3 tell the checksums that it stores; it does so for whole objects only. */
export const withChecksums = { "x-amz-checksum-mode": "ENABLED" };

/** Opens an object's body, pinned to the version that was asked for. */
export async function readObject(client: S3Client, request: ReadRequest, signal: AbortSignal): Promise<SourceBody> {
  const { key, etag, range, expectedBytes } = request;
  const pinned = { "if-match": `"${etag}"` };
  const answer = await client.send(
    {
      method: "GET",
      key,
      amzHeaders: range === undefined ? withChecksums : undefined,
      plainHeaders: range === undefined ? pinned : { ...pinned, range: `bytes=${range.first}-${range.last}` },
      wholeUpToBytes: LARGE_BYTES,
      expectedBytes: range === undefined ? expectedBytes : range.last - range.first + 1,
    },
    signal,
  );
  try {
    return bodyOf(request, answer);
  } catch (thrown) {
    // Nobody will read what comes behind this head: its connection is given up at once.
    if (!Buffer.isBuffer(answer.body)) await answer.body[Symbol.asyncIterator]().return?.();
    throw thrown;
  }
}

/** The body behind this head, if it is the one that was asked for. */
function bodyOf(request: ReadRequest, answer: HttpAnswer): SourceBody {
  const { key, etag } = request;
  const { status, headers, body } = answer;
  if (status >= 300) throw faultOfAnswer(answer);
  const sizeBytes = bodySize(headers, Buffer.isBuffer(body) ? body.length : undefined);
  const whole = wholeSize(request, status, headers, sizeBytes);
  const facts = factsOf(key, whole, headers);
  if (facts.etag !== etag) throw new Fault("SOURCE_CHANGING", "transient", { said: `it is ${facts.etag} now` });
  return Buffer.isBuffer(body) ? new WholeBody(facts, sizeBytes, body) : { facts, sizeBytes, chunks: body };
}

/** A class, because V8 defines a getter of an object literal anew for each object, which costs a hundredth of its copy. */
class WholeBody implements SourceBody {
  readonly facts: SourceFacts;
  readonly sizeBytes: number;
  readonly whole: Buffer;

  constructor(facts: SourceFacts, sizeBytes: number, whole: Buffer) {
    this.facts = facts;
    this.sizeBytes = sizeBytes;
    this.whole = whole;
  }

  /** As a rule nobody asks for the chunks of what is whole. */
  get chunks(): Chunks {
    return chunksOfWhole(this.whole);
  }

  release(): void {
    giveBackBody(this.whole);
  }
}

function bodySize(headers: HeaderFields, came: number | undefined): number {
  const announced = fieldOf(headers, "content-length");
  return announced === undefined ? (came ?? 0) : Number(announced);
}

/** Checks that the answer is to the range that was asked for; gives the whole object's size. */
function wholeSize(request: ReadRequest, status: number, headers: HeaderFields, sizeBytes: number): number {
  const { range } = request;
  if (range === undefined) {
    if (status === 200) return sizeBytes;
    throw new Fault("SOURCE_FAILED", "transient", { said: `status ${status} where the whole object was asked for` });
  }
  const told = fieldOf(headers, "content-range") ?? "no Content-Range";
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(told) ?? [];
  if (status !== 206 || Number(first) !== range.first) {
    throw new Fault("SOURCE_FAILED", "transient", { said: `status ${status}, ${told} where a range was asked for` });
  }
  if (Number(last) !== range.last || sizeBytes !== range.last - range.first + 1) {
    throw new Fault("SOURCE_BODY_TRUNCATED", "transient", { said: `${told}, ${sizeBytes} bytes` });
  }
  return Number(total);
}
