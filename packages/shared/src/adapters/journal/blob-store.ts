import type { Signalled } from "../../ports/object-source.ts";

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
}
