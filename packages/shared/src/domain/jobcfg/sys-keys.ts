import type { KeyRule } from "./key-rule.ts";

const noSsh =
  "has no effect: nothing is deployed by SSH; workers are started where they should run (docs/operations.md)";
const setting = (name: string): KeyRule => ({
  file: "sys.properties",
  harmless: [],
  otherwise: "warn",
  advice: `has no effect on a job: it is the setting ${name} of the services`,
});
const ssh: KeyRule = { file: "sys.properties", harmless: [], otherwise: "warn", advice: noSsh };

/** Keys of OSSImport's sys.properties: they are about machines, which a job says nothing of. */
export const sysKeys: readonly (readonly [string, KeyRule])[] = [
  ["workingDir", setting("JOURNAL_URL (what a job did lies there)")],
  ["workerUser", ssh],
  ["workerUserName", ssh],
  ["workerPassword", ssh],
  ["privateKeyFile", ssh],
  ["sshPort", ssh],
  ["workerTaskThreadNum", setting("WORKER_CONNECTIONS")],
  ["dispatcherThreadNum", setting("MASTER_LISTERS; what is dispatched follows the workers by itself")],
  [
    "workerAbortWhenUncatchedException",
    {
      file: "sys.properties",
      harmless: ["false"],
      otherwise: "warn",
      advice:
        "has no effect: an object that fails is recorded with its code, and failureLimits pauses a job where too many do",
    },
  ],
  [
    "workerRecordMd5",
    {
      file: "sys.properties",
      harmless: ["false"],
      otherwise: "warn",
      advice:
        "has no effect: no x-oss-meta-md5 is written; recordSource writes the source's ETag, and the journal has each object's CRC-64",
    },
  ],
  ["javaHeapMaxSize", setting("WORKER_MEMORY_BYTES")],
];
