import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  type StorageClass,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

import type { ObjectSource } from "../src/ports/object-source.ts";
import { createSdkSource } from "../src/adapters/s3/sdk-source.ts";
import { createS3Source } from "../src/adapters/s3/s3-source.ts";
import { objectSourceContract, type SourceSubject } from "../src/testing/object-source-contract.ts";
import { credentialsOf, openStores, sourceBucket } from "./stores.ts";
import type { Emulator } from "@causeway/emulators/start.ts";

/** Opens a source on an empty emulated bucket; the vendor's own client lays what it reads. */
async function open(create: (s3: Emulator) => ObjectSource): Promise<SourceSubject> {
  const stores = await openStores();
  const { s3 } = stores;
  const client = new S3Client({
    endpoint: s3.url,
    region: s3.region,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  });
  return {
    source: create(s3),
    lay: async ({ key, bytes, partsBytes, headers = {}, userMetadata = {}, storageClass = "STANDARD" }) => {
      if (partsBytes !== undefined) return layParts(client, key, bytes, partsBytes);
      await client.send(
        new PutObjectCommand({
          Bucket: sourceBucket,
          Key: key,
          Body: bytes,
          ContentType: headers["content-type"],
          CacheControl: headers["cache-control"],
          ContentDisposition: headers["content-disposition"],
          ContentEncoding: headers["content-encoding"],
          ContentLanguage: headers["content-language"],
          Expires: headers.expires === undefined ? undefined : new Date(headers.expires),
          Metadata: { ...userMetadata },
          // Seeds name S3's classes.
          StorageClass: storageClass as StorageClass,
        }),
      );
    },
    take: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: sourceBucket, Key: key }));
    },
    close: async () => {
      client.destroy();
      await stores.close();
    },
  };
}

async function layParts(
  client: S3Client,
  Key: string,
  bytes: Uint8Array,
  partsBytes: readonly number[],
): Promise<void> {
  const to = { Bucket: sourceBucket, Key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
  const Parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
  let at = 0;
  for (const sizeBytes of partsBytes) {
    const PartNumber = Parts.length + 1;
    const Body = bytes.subarray(at, at + sizeBytes);
    const { ETag } = await client.send(new UploadPartCommand({ ...to, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
    at += sizeBytes;
  }
  await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
}

objectSourceContract("S3, signed by hand", () =>
  open((s3) =>
    createS3Source({
      endpoint: s3.url,
      region: s3.region,
      bucket: sourceBucket,
      pathStyle: true,
      requesterPays: false,
      connections: 16,
      credentials: credentialsOf(s3),
    }),
  ),
);

objectSourceContract("S3 through AWS' SDK, the reference", () =>
  open((s3) =>
    createSdkSource({
      endpoint: s3.url,
      region: s3.region,
      bucket: sourceBucket,
      pathStyle: true,
      credentials: credentialsOf(s3),
    }),
  ),
);
