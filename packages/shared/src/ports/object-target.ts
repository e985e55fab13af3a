import type { Stored, TargetAttributes, TargetObject } from "../domain/object.ts";
import type { Chunks, ListPage, ListRequest, Signalled } from "./object-source.ts";

/** A body to send: in memory, or on its way with its size announced. */
export type Payload =
  | { readonly bytes: Uint8Array; readonly contentMd5?: string | undefined }
  | { readonly chunks: Chunks; readonly sizeBytes: number; readonly contentMd5?: string | undefined };

export interface PutRequest {
  readonly key: string;
  readonly payload: Payload;
  readonly attributes: TargetAttributes;
  /** `forbid`: an object that is there makes the answer "exists" instead of being replaced. */
  readonly ifThere: "replace" | "forbid";
}

/**
 * Where objects go. Every method throws only `Fault`, or the signal's reason once it is aborted. Nothing is retried
 * here. `contentMd5` (base64) makes OSS refuse a body that differs before it becomes visible
 * (TARGET_CHECKSUM_MISMATCH, transient).
 */
export interface ObjectTarget {
  /** Listings know neither `crc64` nor `recorded`. */
  listPage(request: ListRequest, options: Signalled): Promise<ListPage<TargetObject>>;
  /** Resolves to undefined when there is no such object. */
  head(key: string, options: Signalled): Promise<TargetObject | undefined>;
  put(request: PutRequest, options: Signalled): Promise<Stored | "exists">;
  /** Removing what is not there is no error. */
  remove(key: string, options: Signalled): Promise<void>;
  /** Objects above the single-PUT size go in parts. */
  readonly uploads: MultipartTarget;
  close(): Promise<void>;
}

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly crc64: bigint | undefined;
  readonly sizeBytes: number;
  /** The part's checksum by the source's own algorithm, a CRC or an MD5 as a number, where one is computed. */
  readonly sourceChecksum?: bigint | undefined;
  /** Of its sending, where they are counted. */
  readonly attempts?: number;
}

/** Multipart uploads. An upload that is gone is the fault TARGET_UPLOAD_LOST (permanent) for part and complete. */
export interface MultipartTarget {
  begin(key: string, attributes: TargetAttributes, options: Signalled): Promise<Upload>;
  putPart(upload: Upload, partNumber: number, payload: Payload, options: Signalled): Promise<UploadedPart>;
  /** OSS completes before it answers: a lost answer looks like a failure, so HEAD before sending anything again. */
  complete(upload: Upload, parts: readonly UploadedPart[], options: Signalled): Promise<Stored>;
  /** Resolves also when the upload is gone already. */
  abort(upload: Upload, options: Signalled): Promise<void>;
  /** The parts that OSS holds, or undefined when there is no such upload. */
  parts(upload: Upload, options: Signalled): Promise<readonly UploadedPart[] | undefined>;
}
