import { fileURLToPath } from "node:url";
import { proxyFor } from "../adapters/http/proxy-rule.ts";
import { createBucketBlobStore } from "../adapters/journal/bucket-blobs.ts";
import { createFileBlobStore } from "../adapters/journal/file-blobs.ts";
import { createJournal } from "../adapters/journal/journal.ts";
import type { JournalPlace } from "../adapters/journal/place.ts";
import { createOssBlobBucket } from "../adapters/oss/blob-bucket.ts";
import { createOssCredentialChain } from "../adapters/oss/credential-chain.ts";
import { createS3BlobBucket } from "../adapters/s3/blob-bucket.ts";
import { createS3CredentialChain } from "../adapters/s3/credential-chain.ts";
import { Fault } from "../domain/fault.ts";
import type { BlobBucket, BlobStore } from "../ports/blob-store.ts";
import type { Journal } from "../ports/journal.ts";
import type { CredentialSource } from "./credentials.ts";
import { type NetworkRules, trustedCertificates } from "./network.ts";

export interface JournalRules extends NetworkRules {
  readonly place: JournalPlace;
  /** JOURNAL_ACCESS_KEY_ID and JOURNAL_SECRET_ACCESS_KEY; both or the provider's own chain. */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Parts are a few hundred kilobytes, and a report reads one after the other. */
const connections = 16;

/** The journal where JOURNAL_URL says. Nothing is sent yet. */
export function openJournal(rules: JournalRules): Journal & { close(): Promise<void> } {
  const blobs = openBlobs(rules);
  return { ...createJournal(blobs), close: () => blobs.close() };
}

function openBlobs(rules: JournalRules): BlobStore {
  const { place } = rules;
  if (place.kind === "folder") return createFileBlobStore(fileURLToPath(place.url));
  const named = `${place.provider}://${place.bucket}/${place.prefix}`;
  return createBucketBlobStore(openBucket(place, rules), { place: named, prefix: place.prefix });
}

function openBucket(place: Extract<JournalPlace, { kind: "bucket" }>, rules: JournalRules): BlobBucket {
  const { endpoint, region, bucket, pathStyle, provider } = place;
  const proxy = proxyFor(endpoint, rules, "any");
  const common = { endpoint, region, bucket, connections, proxy, ca: trustedCertificates(rules.caFile) };
  const keys = keysOf(rules);
  switch (provider) {
    case "oss":
      return createOssBlobBucket({
        ...common,
        signature: "v4",
        credentials: keys ?? createOssCredentialChain(rules.env),
      });
    case "s3":
      return createS3BlobBucket({
        ...common,
        pathStyle,
        requesterPays: false,
        credentials: keys ?? createS3CredentialChain(region),
      });
    default:
      return provider satisfies never;
  }
}

function keysOf({ accessKeyId, secretAccessKey }: JournalRules): CredentialSource | undefined {
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return async () => ({ accessKeyId, secretAccessKey });
  const said = "JOURNAL_ACCESS_KEY_ID and JOURNAL_SECRET_ACCESS_KEY must be set together, or neither";
  return () => Promise.reject(new Fault("JOURNAL_FAILED", "path", { said }));
}
