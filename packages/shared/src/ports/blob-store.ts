import type { ListPage, ListRequest, Signalled } from "./object-source.ts";

/**
 * Where the journal's blobs lie; names are relative paths with `/`. Small enough for a folder, OSS and S3 alike.
 * Every method throws a Fault when the place refuses.
 */
export interface BlobStore {
  /** Whole or not at all; lasting once it resolves. An existing blob is replaced. */
  write(name: string, bytes: Uint8Array, options: Signalled): Promise<void>;
  /** Undefined: no such blob. */
  read(name: string, options: Signalled): Promise<Uint8Array | undefined>;
  /** Names of the complete blobs directly below `folder`, in no order; an unknown folder has none. */
  list(folder: string, options: Signalled): AsyncIterable<string>;
  /** Removes everything below `folder`; an unknown one is no error. */
  removeFolder(folder: string, options: Signalled): Promise<void>;
  close(): Promise<void>;
}

/** A bucket that blobs can lie in: what OSS and S3 do alike. Every method throws only `Fault`; nothing is tried again. */
export interface BlobBucket {
  /** Replaces what is there. */
  put(key: string, bytes: Uint8Array, options: Signalled): Promise<void>;
  /** Undefined: no such object. */
  get(key: string, options: Signalled): Promise<Uint8Array | undefined>;
  listPage(request: ListRequest, options: Signalled): Promise<ListPage<{ readonly key: string }>>;
  /** An object that is not there is no error. */
  remove(key: string, options: Signalled): Promise<void>;
  close(): Promise<void>;
}
