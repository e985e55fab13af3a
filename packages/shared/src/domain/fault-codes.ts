/** What a code means and what its reader can do. `docs/faults.md` is generated from this table. */
export interface FaultEntry {
  readonly meaning: string;
  readonly cure: string;
}

/** Every code that a person can meet, on an object, a job or a worker. */
export const faultCodes = {
  SOURCE_UNREACHABLE: {
    meaning: "The source's endpoint did not answer.",
    cure: "Check source.endpoint, its port and the route from the workers (VPC endpoint, firewall, DNS).",
  },
  SOURCE_ACCESS_DENIED: {
    meaning: "The source refused these credentials.",
    cure: "Give them s3:ListBucket on the bucket and s3:GetObject on the prefix, then resume or retry.",
  },
  SOURCE_CREDENTIALS_INVALID: {
    meaning: "The source does not know the access key, or the secret does not belong to it.",
    cure: "Correct source.credentials and resume the job with the new ones.",
  },
  SOURCE_CREDENTIALS_EXPIRED: {
    meaning: "The source's temporary credentials have expired.",
    cure: "Resume the job with fresh credentials.",
  },
  SOURCE_BUCKET_MISSING: {
    meaning: "There is no such bucket at the source.",
    cure: "Check source.bucket and source.endpoint for a typing error.",
  },
  SOURCE_REGION_MISMATCH: {
    meaning: "The source bucket lives in another region than source.region says.",
    cure: "Set source.region and source.endpoint to the bucket's own region.",
  },
  SOURCE_BUCKET_UNORDERED: {
    meaning:
      "The source is a directory bucket: it lists its keys in no order, so a listing cannot be resumed or split.",
    cure: "Copy from a general purpose bucket.",
  },
  SOURCE_LISTING_BROKEN: {
    meaning: "A page of the source's listing went backwards or repeated itself.",
    cure: "The endpoint is not S3-compatible enough, or a proxy caches its answers; list through another endpoint.",
  },
  SOURCE_OBJECT_MISSING: {
    meaning: "The object was listed and has been deleted at the source since.",
    cure: "Nothing, if the deletion was meant.",
  },
  SOURCE_CHANGING: {
    meaning: "The object changed at the source each time it was read.",
    cure: "Retry when its writer is quiet.",
  },
  SOURCE_ARCHIVED: {
    meaning: "The object is in an archive class and not restored.",
    cure: "Restore it at the source for long enough, then retry this code.",
  },
  SOURCE_REFUSED: {
    meaning: "The source refused the request.",
    cure: "Read what it said, beside this code.",
  },
  SOURCE_FAILED: {
    meaning: "The source failed to answer properly, also when asked again.",
    cure: "Retry later; if it persists, read what the source said.",
  },
  SOURCE_THROTTLED: {
    meaning: "The source asks us to slow down.",
    cure: "Nothing: Causeway slows down by itself. Lower limits.requestsPerSecond if others share the bucket.",
  },
  SOURCE_BODY_TRUNCATED: {
    meaning: "The source sent fewer or more bytes than it had announced, also when asked again.",
    cure: "Look for a proxy between the worker and the source; retry.",
  },
  SOURCE_CHECKSUM_MISMATCH: {
    meaning: "What the source sent does not match the checksum that it stores.",
    cure: "Retry; if it persists the object is damaged at the source, or something on the way changes it.",
  },
  TARGET_UNREACHABLE: {
    meaning: "The target's endpoint did not answer.",
    cure: "Check target.endpoint, its port, the tunnel and the routes to OSS' address blocks.",
  },
  TARGET_ACCESS_DENIED: {
    meaning: "The target refused these credentials.",
    cure: "Give them oss:ListObjects on the bucket, and oss:PutObject, oss:GetObject, oss:DeleteObject, oss:ListParts and oss:AbortMultipartUpload on the prefix.",
  },
  TARGET_CREDENTIALS_INVALID: {
    meaning: "The target does not know the access key, or the secret does not belong to it.",
    cure: "Correct target.credentials and resume the job with the new ones.",
  },
  TARGET_CREDENTIALS_EXPIRED: {
    meaning: "The target's temporary credentials have expired.",
    cure: "Resume the job with fresh credentials.",
  },
  TARGET_BUCKET_MISSING: {
    meaning: "There is no such bucket at the target.",
    cure: "Create it in target.region, or correct target.bucket.",
  },
  TARGET_REGION_MISMATCH: {
    meaning: "The target bucket lives in another region than target.region or target.endpoint says.",
    cure: "Set target.region and target.endpoint to the bucket's own region.",
  },
  TARGET_REFUSED: {
    meaning: "The target refused the request.",
    cure: "Read what it said, beside this code.",
  },
  TARGET_FAILED: {
    meaning: "The target failed to answer properly, also when asked again.",
    cure: "Retry later; if it persists, read what the target said.",
  },
  TARGET_THROTTLED: {
    meaning: "The target asks us to slow down.",
    cure: "Nothing: Causeway slows down by itself. OSS allows 10,000 requests/s per account, 2,000 for neighbouring keys.",
  },
  TARGET_UPLOAD_LOST: {
    meaning: "The multipart upload was gone before it was completed, and the object is not there.",
    cure: "Look for a lifecycle rule or a person that aborts uploads in the target bucket; retry.",
  },
  TARGET_CHECKSUM_MISMATCH: {
    meaning: "OSS stored other bytes than were sent (its CRC-64 differs), also when sent again.",
    cure: "Look for a proxy on the way to OSS that changes bodies; retry.",
  },
  LATE_WRITE: {
    meaning: "When the job settled, the target held other bytes than the journal proves: a late writer came after.",
    cure: "Retry this code; see whether something else writes into the target prefix.",
  },
  PATH_REFUSED: {
    meaning: "The target's address lies outside OSS_ALLOWED_CIDRS, so not a byte was sent.",
    cure: "Fix DNS or pin target.addresses; widen OSS_ALLOWED_CIDRS only if that block is behind the tunnel.",
  },
  TUNNEL_DOWN: {
    meaning: "The tunnel that the target is reached through is down, so not a byte was sent.",
    cure: "Run `causeway tunnel status` on the worker's host. Nothing is lost: work goes on within seconds once the tunnel is up.",
  },
  CHARON_UNREACHABLE: {
    meaning: "strongSwan's charon, which holds the tunnel up, did not answer at its VICI socket.",
    cure: "See that strongswan.service runs, that TUNNEL_VICI_SOCKET names its socket, and that this user may open it.",
  },
  CHARON_REFUSED: {
    meaning: "charon refused a command, or answered what is not understood.",
    cure: "Read what it said, beside this code, and the log of strongswan.service.",
  },
  CLOCK_SKEWED: {
    meaning: "This host's clock is more than 15 minutes off, so its signatures are refused.",
    cure: "Start NTP (chrony) on the host.",
  },
  KEY_LEADING_SLASH: {
    meaning: "OSS cannot hold a key that starts with / or \\.",
    cure: "Give a target prefix, or set keyRules.leadingSlash to strip.",
  },
  KEY_TOO_LONG: {
    meaning: "The key is longer than OSS' 1,023 bytes with the target prefix in front.",
    cure: "Use a shorter target prefix, or rename the object at the source.",
  },
  KEY_INVALID: {
    meaning: "OSS cannot hold this key (empty after the prefix, or characters that are not text).",
    cure: "Rename the object at the source.",
  },
  METADATA_REFUSED: {
    meaning:
      "OSS takes only letters, digits and - in names of user metadata, no control characters in values, and 8 KB in all.",
    cure: "Rename the metadata at the source, or set keyRules.metadataNames to dash.",
  },
  OBJECT_TOO_LARGE: {
    meaning: "The object is larger than OSS can hold: 10,000 parts of 5 GB, 48.8 TB.",
    cure: "Cut it at the source. (Where only largeObjects.partSize is too small for an object, its parts grow by themselves.)",
  },
  WORKER_LOST: {
    meaning: "Two workers died while they worked on this object.",
    cure: "Look at the workers' logs for this key, then retry this code.",
  },
  JOURNAL_FAILED: {
    meaning: "The journal could not be written or read.",
    cure: "See that JOURNAL_URL is the same for all services: a folder on every host that is writable and has space, or a bucket that its key may list, read, write and delete in.",
  },
  LEDGER_FAILED: {
    meaning: "The ledger in Redis keeps refusing a step of this job, so the job does not get on.",
    cure: "Read what it said, beside this code: see that Redis has memory (maxmemory) and disk to write to; else report it with the log lines of this job.",
  },
  FAILURE_LIMIT: {
    meaning: "So many objects failed that the job paused itself.",
    cure: "Read the failures by code, mend their cause, then resume; or raise failureLimits.",
  },
  INTERNAL: {
    meaning: "Causeway itself made a mistake.",
    cure: "Report it with the log lines of this job and task.",
  },
} as const satisfies Record<string, FaultEntry>;

export type FaultCode = keyof typeof faultCodes;

/** Whether a text from outside (a query, a stored row) is one of ours. */
export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(faultCodes, text);
}
