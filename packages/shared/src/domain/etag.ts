import { createHash } from "node:crypto";

/** Whether an ETag has the form of a plain MD5. S3's is one only without multipart, SSE-KMS and SSE-C. */
export function looksLikeMd5(etag: string): boolean {
  return /^[0-9a-fA-F]{32}$/.test(etag);
}

/** A plain MD5 ETag as `Content-MD5` wants it: base64 of its bytes. */
export function contentMd5(etag: string): string {
  return Buffer.from(etag, "hex").toString("base64");
}

/** ETags of equal content: S3 writes them in lower case, OSS in upper case. */
export function sameMd5(a: string, b: string): boolean {
  return looksLikeMd5(a) && a.toLowerCase() === b.toLowerCase();
}

/** How many parts an ETag of an object in parts names, `…-3`; undefined: it names none. */
export function partsOfEtag(etag: string): number | undefined {
  const [, count] = /^[0-9a-fA-F]{32}-([1-9]\d{0,4})$/.exec(etag) ?? [];
  return count === undefined ? undefined : Number(count);
}

/**
 * The ETag that S3 gives an object in parts: the MD5 of the MD5s of its parts, which are given as numbers.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function etagOfParts(md5s: readonly bigint[]): string {
  const hash = createHash("md5");
  for (const md5 of md5s) hash.update(Buffer.from(md5.toString(16).padStart(32, "0"), "hex"));
  return `${hash.digest("hex")}-${md5s.length}`;
}
