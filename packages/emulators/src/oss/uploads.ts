import { randomBytes } from "node:crypto";

import type { Draft } from "../core/bucket.ts";
import type { StatedFacts } from "./object-facts.ts";

/** A part that arrived. */
export interface UploadedPart {
  readonly partNumber: number;
  readonly draft: Draft;
  readonly etag: string;
  /** Undefined for a part that was copied: OSS need not know the CRC of a piece of another object. */
  readonly crc64: bigint | undefined;
  readonly lastModifiedMs: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly uploadId: string;
  readonly bucketName: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly stated: StatedFacts;
  readonly parts: Map<number, UploadedPart>;
}

/** The uploads under way, which live as long as the emulator. */
export interface Uploads {
  open(upload: Omit<Upload, "uploadId" | "parts">): Upload;
  /** The upload of that id, if it belongs to that bucket and key. */
  find(bucketName: string, key: string, uploadId: string): Upload | undefined;
  inBucket(bucketName: string): readonly Upload[];
  /** Forgets the upload, not its drafts. */
  close(upload: Upload): void;
  /** Takes a closed upload back: its completion was refused after all. */
  reopen(upload: Upload): void;
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>();
  return {
    open: (described) => {
      const upload: Upload = {
        ...described,
        uploadId: randomBytes(16).toString("hex").toUpperCase(),
        parts: new Map(),
      };
      uploads.set(upload.uploadId, upload);
      return upload;
    },
    find: (bucketName, key, uploadId) => {
      const upload = uploads.get(uploadId);
      return upload?.bucketName === bucketName && upload.key === key ? upload : undefined;
    },
    inBucket: (bucketName) => [...uploads.values()].filter((upload) => upload.bucketName === bucketName),
    close: (upload) => void uploads.delete(upload.uploadId),
    reopen: (upload) => void uploads.set(upload.uploadId, upload),
  };
}
