import { randomBytes } from "node:crypto";

import type { Draft, StoredPart } from "../core/bucket.ts";
import { compareKeys } from "../core/key-index.ts";
import type { Algorithm, ChecksumType } from "./checksums.ts";
import type { DeclaredFacts } from "./declared-facts.ts";

export interface UploadedPart extends StoredPart {
  readonly draft: Draft;
  readonly lastModifiedMs: number;
}

/** A multipart upload that was neither completed nor aborted. */
export interface Upload {
  readonly uploadId: string;
  readonly bucketName: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly facts: DeclaredFacts;
  readonly algorithm: Algorithm;
  readonly checksumType: ChecksumType;
  /** Whether the client chose the checksum, and so must send it with every part, or S3 did. */
  readonly checksumChosenBy: "client" | "store";
  readonly parts: Map<number, UploadedPart>;
}

/** Uploads live as long as the process: after a restart every one of them is unknown. */
export interface Uploads {
  begin(upload: Omit<Upload, "uploadId" | "parts">): Upload;
  find(place: { bucketName: string; key: string; uploadId: string }): Upload | undefined;
  /** Forgets the upload; its parts' drafts are the caller's. */
  end(uploadId: string): void;
  /** By key, and of one key by upload id. */
  of(bucketName: string): readonly Upload[];
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>();
  return {
    begin: (described) => {
      const upload: Upload = { ...described, uploadId: randomBytes(24).toString("base64url"), parts: new Map() };
      uploads.set(upload.uploadId, upload);
      return upload;
    },
    find: ({ bucketName, key, uploadId }) => {
      const upload = uploads.get(uploadId);
      return upload?.bucketName === bucketName && upload.key === key ? upload : undefined;
    },
    end: (uploadId) => void uploads.delete(uploadId),
    of: (bucketName) =>
      [...uploads.values()]
        .filter((upload) => upload.bucketName === bucketName)
        .sort((left, right) => compareKeys(left.key, right.key) || (left.uploadId < right.uploadId ? -1 : 1)),
  };
}
