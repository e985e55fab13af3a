/** The comparer's own words for the two sides. It shares no code with the copy path: what one gets wrong the other must see. */

export interface ComparedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Where one side's objects are. */
export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  /** S3 only: the bucket stands in the path instead of the host. */
  readonly pathStyle: boolean;
  readonly requesterPays: boolean;
  /** OSS only: IP addresses that replace what DNS says. */
  readonly addresses: readonly string[];
  /** Undefined: AWS' own default chain; OSS needs them. */
  readonly credentials: ComparedCredentials | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** What an object carries beside its bytes: headers by lower-case name, user metadata by lower-case name without the vendor's start. */
export interface ObjectFacts {
  readonly headers: Readonly<Record<string, string>>;
  readonly userMetadata: Readonly<Record<string, string>>;
}

export interface StoreSide {
  /** All objects below the prefix, in the store's order, which is that of UTF-8 bytes. */
  list(signal: AbortSignal): AsyncIterable<ListedObject>;
  read(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  facts(key: string, signal: AbortSignal): Promise<ObjectFacts>;
  /** Closes connections. */
  close(): void;
}

/** The headers that a copy must carry over. */
export const comparedHeaders = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
] as const;
