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
