import type { ObjectFacts } from "../core/bucket.ts";

/** What a request's headers say about an object to be made. */
export type DeclaredFacts = Pick<ObjectFacts, "headers" | "userMetadata" | "storageClass" | "acl" | "tags">;
