import { tapped } from "../core/body.ts";
import type { Draft } from "../core/bucket.ts";
import type { BucketCall, ServiceCall } from "./call.ts";
import { ALGORITHMS, algorithmOf, createChecksum, isChecksum, type Algorithm } from "./checksums.ts";
import { refuse } from "./refusal.ts";

/** Content that was received and agrees with everything that the request said about it. */
export interface Received {
  readonly draft: Draft;
  readonly algorithm: Algorithm;
  readonly checksum: string;
}

const MAX_PUT_BYTES = 5 * 1024 ** 3;

/**
 * Receives the call's content. What the client announced as Content-MD5 or x-amz-checksum-… (header or trailer) must hold;
 * `fallback` is computed where it announced no checksum.
 */
export async function receive(call: BucketCall, fallback: Algorithm): Promise<Received> {
  const { headers } = call.exchange;
  const announcedBytes = headers["x-amz-decoded-content-length"] ?? headers["content-length"];
  if (announcedBytes === undefined) throw refuse("MissingContentLength");
  if (Number(announcedBytes) > MAX_PUT_BYTES) throw refuse("EntityTooLarge");
  const md5 = announcedMd5(call);
  const algorithm = announcedAlgorithm(call) ?? fallback;
  const checksum = await createChecksum(algorithm);
  const draft = await call.store.draft(tapped(call.payload.content, checksum.update));
  const value = checksum.finish();
  try {
    if (md5 !== undefined && md5 !== draft.md5Hex) throw refuse("BadDigest");
    checkAnnounced(call, algorithm, value);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return { draft, algorithm, checksum: value };
}

/** Content-MD5 as hexadecimal digits. */
export function announcedMd5({ exchange }: ServiceCall): string | undefined {
  const header = exchange.headers["content-md5"];
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, "base64");
  if (bytes.length !== 16) throw refuse("InvalidDigest");
  return bytes.toString("hex");
}

/** The algorithm of the checksum that the request carries or promises; undefined where it carries none. */
export function announcedAlgorithm({ exchange }: ServiceCall): Algorithm | undefined {
  const { headers } = exchange;
  const given = ALGORITHMS.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  if (given.length > 1) {
    const message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    throw refuse("InvalidRequest", { message });
  }
  const promised = headers["x-amz-trailer"]?.trim().toLowerCase().replace("x-amz-checksum-", "");
  return given[0] ?? algorithmOf(promised) ?? algorithmOf(headers["x-amz-sdk-checksum-algorithm"]);
}

/** Refuses where a header or trailer says another value than the one computed. */
export function checkAnnounced({ exchange, payload }: ServiceCall, algorithm: Algorithm, value: string): void {
  const name = `x-amz-checksum-${algorithm}`;
  const announced = exchange.headers[name] ?? payload.trailers.get(name);
  if (exchange.headers["x-amz-trailer"]?.trim().toLowerCase() === name && announced === undefined) {
    throw refuse("InvalidRequest", { message: `The trailer ${name} was announced and did not come.` });
  }
  if (announced === undefined || announced === value) return;
  if (!isChecksum(algorithm, announced)) {
    throw refuse("InvalidRequest", { message: `Value for ${name} header is invalid.` });
  }
  const shown = algorithm.toUpperCase();
  throw refuse("BadDigest", { message: `The ${shown} you specified did not match the calculated checksum.` });
}
