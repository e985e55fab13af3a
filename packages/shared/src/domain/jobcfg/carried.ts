/** Which file of OSSImport a key belongs to; `added`: OSSImport has none, and Causeway takes it in job.cfg. */
export type KeyFile = "job.cfg" | "sys.properties" | "added";

export interface CarriedKey {
  readonly file: KeyFile;
  /** What it becomes in a job; shown in docs/coming-from-ossimport.md. */
  readonly becomes: string;
}

/** Keys that are carried over into the job, see `map.ts`. */
export const carriedKeys: ReadonlyMap<string, CarriedKey> = new Map<string, CarriedKey>([
  [
    "jobName",
    { file: "job.cfg", becomes: "`name`; without it `local_test`, as standalone OSSImport calls its one job" },
  ],
  ["srcType", { file: "job.cfg", becomes: "`source.provider`; must be `s3`" }],
  ["srcAccessKey", { file: "job.cfg", becomes: "`source.credentials.accessKeyId`" }],
  ["srcSecretKey", { file: "job.cfg", becomes: "`source.credentials.secretAccessKey`" }],
  [
    "srcDomain",
    {
      file: "job.cfg",
      becomes: "`source.endpoint`, and `source.region` where the domain shows it; https unless it says http",
    },
  ],
  ["srcBucket", { file: "job.cfg", becomes: "`source.bucket`" }],
  ["srcPrefix", { file: "job.cfg", becomes: "`source.prefix`; need not end with `/`" }],
  ["destAccessKey", { file: "job.cfg", becomes: "`target.credentials.accessKeyId`" }],
  ["destSecretKey", { file: "job.cfg", becomes: "`target.credentials.secretAccessKey`" }],
  [
    "destDomain",
    {
      file: "job.cfg",
      becomes:
        "`target.endpoint`, and `target.region` where the domain shows it; an internal endpoint without a scheme is http, any other https",
    },
  ],
  ["destBucket", { file: "job.cfg", becomes: "`target.bucket`" }],
  ["destPrefix", { file: "job.cfg", becomes: "`target.prefix`" }],
  ["isSkipExistFile", { file: "job.cfg", becomes: "`overwrite`: `true` is `if-different`, `false` is `always`" }],
  ["taskObjectCountLimit", { file: "job.cfg", becomes: "`tasks.objectCountLimit`, at most 10000" }],
  ["taskObjectSizeLimit", { file: "job.cfg", becomes: "`tasks.objectSizeLimit`" }],
  [
    "multipartUploadThreshold",
    {
      file: "job.cfg",
      becomes: "`largeObjects.multipartThreshold` (and `spreadThreshold`, where that would be below it)",
    },
  ],
  ["multipartUploadPartSize", { file: "job.cfg", becomes: "`largeObjects.partSize`" }],
  ["isServerSideEncryption", { file: "job.cfg", becomes: "`target.serverSideEncryption`: `true` is `AES256`" }],
  [
    "workerMaxThroughput(KB/s)",
    {
      file: "sys.properties",
      becomes:
        "`limits.bytesPerSecond`, for the whole job instead of for each worker (a warning says so); `0` and the shipped `100000000` are no limit",
    },
  ],
  ["srcRegion", { file: "added", becomes: "`source.region`, where srcDomain does not show it" }],
  ["srcSessionToken", { file: "added", becomes: "`source.credentials.sessionToken`" }],
  ["srcPathStyle", { file: "added", becomes: "`source.pathStyle`" }],
  ["destRegion", { file: "added", becomes: "`target.region`, where destDomain does not show it" }],
  ["destSessionToken", { file: "added", becomes: "`target.credentials.sessionToken`" }],
  ["destAddresses", { file: "added", becomes: "`target.addresses`, separated by commas" }],
]);
