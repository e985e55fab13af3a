import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { seedNames } from "./names.ts";
import { seedBody, type SeedObject } from "./seed-objects.ts";
import type { Stores } from "./stores.ts";

/** Puts the seed's objects into the source bucket. */
export async function putSeed(store: Stores["s3"], objects: readonly SeedObject[], signal: AbortSignal): Promise<void> {
  const client = new S3Client({
    endpoint: store.url,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: store.accessKeyId, secretAccessKey: store.secretAccessKey },
  });
  for (const object of objects) {
    const { headers } = object;
    const command = new PutObjectCommand({
      Bucket: seedNames.sourceBucket,
      Key: object.key,
      Body: seedBody(object),
      ContentType: headers["content-type"],
      CacheControl: headers["cache-control"],
      ContentDisposition: headers["content-disposition"],
      ContentEncoding: headers["content-encoding"],
      ContentLanguage: headers["content-language"],
      Expires: headers["expires"] === undefined ? undefined : new Date(headers["expires"]),
      Metadata: { ...object.metadata },
    });
    await client.send(command, { abortSignal: signal });
  }
  client.destroy();
}
