import type { SourcePart } from "../domain/parts.ts";
import type { SourceFacts, SourceObject } from "../domain/object.ts";

/** Anything that waits can be stopped: it then rejects with the signal's reason. */
export interface Signalled {
  readonly signal: AbortSignal;
}

export interface ListRequest {
  /** The listing starts with the first key greater than this one; undefined: at the beginning. */
  readonly after: string | undefined;
  /** Only keys that start with this. */
  readonly prefix: string;
  /** At most this many, up to 1,000. */
  readonly limit: number;
  /**
   * Told where to go on as soon as the answer shows it, before its objects are made of it: the next page can be on its way
   * meanwhile. A source need not tell; where a try fails and another follows, it may tell again, and something else.
   */
  readonly onLast?: ((last: string) => void) | undefined;
}

export interface ListPage<T> {
  /**
   * In key order, each once, all behind `after`: a source that answers otherwise is the fault SOURCE_LISTING_BROKEN. May be empty
   * although `more` is true.
   */
  readonly objects: readonly T[];
  readonly more: boolean;
  /** Where to go on; usable as `after`. Undefined only if there is nothing more. */
  readonly last: string | undefined;
}

/** Bytes on their way. Each chunk is valid only until the next one is asked for: copy what must outlive it. */
export type Chunks = AsyncIterable<Uint8Array>;

export interface ReadRequest {
  readonly key: string;
  /** The read is pinned to this version: another one at the source is the fault SOURCE_CHANGING (transient). */
  readonly etag: string;
  /** Both ends inclusive, as in HTTP; undefined: the whole object. */
  readonly range: { readonly first: number; readonly last: number } | undefined;
  /** The size that the listing told, where it is known: large bodies take a cheaper way. Nothing depends on it. */
  readonly expectedBytes?: number | undefined;
}

export interface PartRequest {
  readonly key: string;
  /** As for a read: another version is the fault SOURCE_CHANGING (transient). */
  readonly etag: string;
  /** From 1, in the order of the object's bytes. */
  readonly partNumber: number;
}

export interface SourceBody {
  readonly facts: SourceFacts;
  /** The announced number of bytes; chunks that add up to another are the fault SOURCE_BODY_TRUNCATED (transient). */
  readonly sizeBytes: number;
  readonly chunks: Chunks;
  /** The whole body, where it came at once: the same bytes as `chunks` gives, and they stay valid. */
  readonly whole?: Uint8Array | undefined;
  /** Lets `whole` be filled with another body: called by the last one who reads it, or never. */
  readonly release?: (() => void) | undefined;
}

/**
 * Where objects come from. Every method throws only `Fault`, or the signal's reason once it is aborted. Nothing is
 * retried here. A body that is not read to its end must be left by `return()` of its iterator (a `break` does it).
 */
export interface ObjectSource {
  listPage(request: ListRequest, options: Signalled): Promise<ListPage<SourceObject>>;
  /** Resolves to undefined when there is no such object. */
  head(key: string, options: Signalled): Promise<SourceFacts | undefined>;
  /** An object that is gone is the fault SOURCE_OBJECT_MISSING. */
  read(request: ReadRequest, options: Signalled): Promise<SourceBody>;
  /**
   * One part of a version as it was uploaded; undefined where it was not uploaded in parts, has no such part, or the source
   * cannot tell. An object that is gone is the fault SOURCE_OBJECT_MISSING.
   */
  part(request: PartRequest, options: Signalled): Promise<SourcePart | undefined>;
  close(): Promise<void>;
}
