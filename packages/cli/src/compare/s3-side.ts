import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { comparedHeaders, type ListedObject, type Place, type StoreSide } from "./sides.ts";

const attempts = 5;

/** The source, read through AWS' own client. */
export function createS3Side(place: Place): StoreSide {
  const { credentials } = place;
  const client = new S3Client({
    endpoint: place.endpoint,
    region: place.region,
    forcePathStyle: place.pathStyle,
    maxAttempts: attempts,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(credentials === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
          },
        }),
  });
  const inBucket = {
    Bucket: place.bucket,
    ...(place.requesterPays ? { RequestPayer: "requester" as const } : {}),
  };
  return {
    list: (signal) => list(client, { ...inBucket, Prefix: place.prefix }, signal),
    async read(key, signal) {
      const { Body } = await client.send(new GetObjectCommand({ ...inBucket, Key: key }), { abortSignal: signal });
      if (Body === undefined) return emptyBody();
      // Node's form of the SDK's body is a Readable; its declared type also covers browsers.
      return Body as unknown as AsyncIterable<Uint8Array>;
    },
    async facts(key, signal) {
      const head = await client.send(new HeadObjectCommand({ ...inBucket, Key: key }), { abortSignal: signal });
      const shown: Record<(typeof comparedHeaders)[number], string | undefined> = {
        "content-type": head.ContentType,
        "cache-control": head.CacheControl,
        "content-disposition": head.ContentDisposition,
        "content-encoding": head.ContentEncoding,
        "content-language": head.ContentLanguage,
        expires: head.ExpiresString,
      };
      const given = comparedHeaders.flatMap((name): [string, string][] => {
        const value = shown[name];
        return value === undefined ? [] : [[name, value]];
      });
      return { headers: Object.fromEntries(given), userMetadata: head.Metadata ?? {} };
    },
    close: () => client.destroy(),
  };
}

async function* list(
  client: S3Client,
  where: { readonly Bucket: string; readonly Prefix: string },
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        ...where,
        EncodingType: "url",
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
      { abortSignal: signal },
    );
    for (const { Key, Size } of page.Contents ?? []) yield { key: decoded(Key ?? ""), sizeBytes: Size ?? 0 };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** S3 writes a space as `+` in encoded listings, and a plus as `%2B`. */
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll("+", "%20"));
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {
  // Nothing to yield: the object has no bytes.
}
