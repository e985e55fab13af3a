import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";

import { Fault } from "../../domain/fault.ts";
import type { SourceFacts } from "../../domain/object.ts";
import type { Chunks, ObjectSource, ReadRequest } from "../../ports/object-source.ts";
import { networkFault } from "../http/network-fault.ts";
import type { S3SourceOptions } from "./client.ts";
import { meaningOf } from "./faults.ts";

type SdkOptions = Pick<S3SourceOptions, "endpoint" | "region" | "bucket" | "pathStyle" | "credentials">;

/**
 * A bucket of S3 as a source, through AWS' own SDK: the reference. It sits the same exam as the source that is signed by hand,
 * so that the two can differ in nothing but speed (twenty times the CPU). No service uses it.
 */
export function createSdkSource(options: SdkOptions): ObjectSource {
  const Bucket = options.bucket;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: options.pathStyle,
    credentials: async () => {
      const { sessionToken, ...key } = await options.credentials();
      return sessionToken === undefined ? key : { ...key, sessionToken };
    },
    maxAttempts: 1,
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    listPage: async ({ after, prefix, limit }, { signal }) => {
      const command = new ListObjectsV2Command({ Bucket, Prefix: prefix, StartAfter: after, MaxKeys: limit });
      const page = await call(() => client.send(command, { abortSignal: signal }), signal);
      const objects = (page.Contents ?? []).map((entry) => ({
        key: entry.Key ?? "",
        sizeBytes: entry.Size ?? 0,
        etag: unquoted(entry.ETag),
        lastModifiedMs: entry.LastModified?.getTime() ?? Number.NaN,
        storageClass: entry.StorageClass ?? "STANDARD",
      }));
      return { objects, more: page.IsTruncated ?? false, last: objects.at(-1)?.key };
    },
    head: async (Key, { signal }) => {
      const command = new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" });
      try {
        const found = await call(() => client.send(command, { abortSignal: signal }), signal);
        return factsOf(Key, found.ContentLength ?? 0, found);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    read: async (request, { signal }) => {
      const found = await call(() => client.send(getCommand(Bucket, request), { abortSignal: signal }), signal);
      const sizeBytes = found.ContentLength ?? 0;
      const whole = Number(/\/(\d+)$/.exec(found.ContentRange ?? "")?.[1] ?? sizeBytes);
      // In Node the SDK's body is a Readable.
      const chunks = found.Body as unknown as AsyncIterable<Uint8Array>;
      return { facts: factsOf(request.key, whole, found), sizeBytes, chunks: faulted(chunks, signal) };
    },
    part: async ({ key: Key, etag, partNumber: PartNumber }, { signal }) => {
      const command = new HeadObjectCommand({ Bucket, Key, PartNumber, IfMatch: `"${etag}"` });
      try {
        const found = await call(() => client.send(command, { abortSignal: signal }), signal);
        return found.PartsCount === undefined
          ? undefined
          : { sizeBytes: found.ContentLength ?? 0, count: found.PartsCount };
      } catch (error) {
        const status = statusOf(error);
        if (status === 416) return undefined;
        if (status === 404) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { cause: error, said: Key });
        throw error;
      }
    },
    close: async () => client.destroy(),
  };
}

function getCommand(Bucket: string, { key, etag, range }: ReadRequest): GetObjectCommand {
  return new GetObjectCommand({
    Bucket,
    Key: key,
    IfMatch: `"${etag}"`,
    ...(range === undefined ? { ChecksumMode: "ENABLED" } : { Range: `bytes=${range.first}-${range.last}` }),
  });
}

async function call<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  try {
    return await send();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof S3ServiceException)) throw networkFault("SOURCE", error);
    const [code, kind] = meaningOf(error.name, error.$metadata.httpStatusCode ?? 0, undefined);
    throw new Fault(code, kind, { cause: error, said: `${error.name}: ${error.message}` });
  }
}

function statusOf(error: unknown): number | undefined {
  const refusal = error instanceof Fault ? error.cause : undefined;
  return refusal instanceof S3ServiceException ? refusal.$metadata.httpStatusCode : undefined;
}

async function* faulted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Chunks {
  try {
    yield* chunks;
  } catch (error) {
    signal.throwIfAborted();
    throw networkFault("SOURCE", error);
  }
  signal.throwIfAborted();
}

function factsOf(key: string, sizeBytes: number, found: HeadObjectCommandOutput | GetObjectCommandOutput): SourceFacts {
  const headers = {
    "content-type": found.ContentType,
    "cache-control": found.CacheControl,
    "content-disposition": found.ContentDisposition,
    "content-encoding": found.ContentEncoding,
    "content-language": found.ContentLanguage,
    expires: found.ExpiresString,
  };
  const checksums = {
    crc64nvme: found.ChecksumCRC64NVME,
    crc32c: found.ChecksumCRC32C,
    crc32: found.ChecksumCRC32,
    sha256: found.ChecksumSHA256,
    sha1: found.ChecksumSHA1,
  };
  return {
    key,
    sizeBytes,
    etag: unquoted(found.ETag),
    lastModifiedMs: found.LastModified?.getTime() ?? Number.NaN,
    storageClass: found.StorageClass ?? "STANDARD",
    headers: present(headers),
    userMetadata: found.Metadata ?? {},
    checksums: found.ChecksumType === "COMPOSITE" ? {} : present(checksums),
  };
}

function present<K extends string>(values: Readonly<Record<K, string | undefined>>): Partial<Record<K, string>> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  // The names are those that came in.
  return Object.fromEntries(kept) as Partial<Record<K, string>>;
}

function unquoted(etag: string | undefined): string {
  return (etag ?? "").replaceAll('"', "");
}
