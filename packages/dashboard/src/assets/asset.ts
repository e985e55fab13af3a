import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** A file of the page as it goes over the wire. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  /** Changes with the content, in quotes as HTTP has it. */
  readonly etag: string;
  readonly plain: Buffer;
  /** Compressed when it is first asked for. */
  readonly gzip: () => Buffer;
  readonly br: () => Buffer;
}

/** Compresses better than the default and still takes a few milliseconds a file. */
const brotliQuality = 9;

/** Makes an asset whose path is fixed. */
export function assetAt(path: string, type: string, text: string): Asset {
  const plain = Buffer.from(text, "utf8");
  return {
    path,
    type,
    etag: `"${hashOf(text)}"`,
    plain,
    gzip: once(() => gzipSync(plain, { level: 9 })),
    br: once(() => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })),
  };
}

/** Makes an asset whose path names its content, so that browsers may keep it for ever. `name` has its extension. */
export function hashedAsset(name: string, type: string, text: string): Asset {
  const [, stem = name, extension = ""] = /^(.+)(\.[a-z]+)$/.exec(name) ?? [];
  return assetAt(`/assets/${stem}-${hashOf(text)}${extension}`, type, text);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}
