import type { KeyRule } from "./key-rule.ts";
import { sysKeys } from "./sys-keys.ts";

const decidedByCauseway = "has no effect: Causeway decides it by itself while it runs";
const otherSource = "has no effect: it belongs to sources other than S3";
const tunnel =
  "is not supported: Causeway sends through the network's own routes; remove it and route OSS' addresses through the tunnel";

/** Keys that are not carried over, each with what becomes of it. */
export const otherKeys: ReadonlyMap<string, KeyRule> = new Map<string, KeyRule>([
  [
    "jobType",
    { harmless: ["import"], otherwise: "refuse", advice: "must be import; to verify only, use causeway compare" },
  ],
  [
    "isIncremental",
    {
      harmless: ["false"],
      otherwise: "refuse",
      advice:
        "must be false: submit the job again under another name whenever new objects should follow; what is there is skipped",
    },
  ],
  ["incrementalModeInterval", { harmless: [], otherwise: "warn", advice: "has no effect: a job runs once" }],
  [
    "importSince",
    {
      harmless: ["0"],
      otherwise: "refuse",
      advice: "must be 0: Causeway copies objects of any age and skips what is there",
    },
  ],
  ["lastModify", { harmless: ["0"], otherwise: "warn", advice: "has no effect: every copied object is verified" }],
  [
    "isAuditAfterImport",
    { harmless: ["true"], otherwise: "warn", advice: "has no effect: every copied object is verified" },
  ],
  [
    "auditMode",
    { harmless: [], otherwise: "warn", advice: "has no effect: every copied object is verified by its CRC-64" },
  ],
  ["scanThreadCount", { harmless: [], otherwise: "warn", advice: decidedByCauseway }],
  ["maxMultiThreadScanDepth", { harmless: [], otherwise: "warn", advice: decidedByCauseway }],
  ["uploadThreadNumPerLargeFile", { harmless: [], otherwise: "warn", advice: decidedByCauseway }],
  ["isAllowSymbolicLink", { harmless: ["false"], otherwise: "warn", advice: otherSource }],
  ["getObjectMetaMode", { harmless: ["stat"], otherwise: "warn", advice: otherSource }],
  ["appId", { harmless: ["0"], otherwise: "warn", advice: otherSource }],
  ["isDownloadFromCdn", { harmless: ["false"], otherwise: "warn", advice: otherSource }],
  ["cdnDomain", { harmless: [], otherwise: "warn", advice: otherSource }],
  ["httpListFilePath", { harmless: [], otherwise: "warn", advice: otherSource }],
  ["httpPrefixColumn", { harmless: ["1"], otherwise: "warn", advice: otherSource }],
  ["relativePathColumn", { harmless: ["2"], otherwise: "warn", advice: otherSource }],
  ["isUseExpressTunnel", { harmless: ["false"], otherwise: "refuse", advice: tunnel }],
  ...["Host", "Type", "User", "Dest"].map((name): [string, KeyRule] => [
    `expressTunnelProxy${name}`,
    { harmless: [], otherwise: "warn", advice: "has no effect without OSSImport's express tunnel" },
  ]),
  [
    "expressTunnelAuthToken",
    { harmless: [], otherwise: "warn", advice: "has no effect without OSSImport's express tunnel" },
  ],
  ...sysKeys,
]);
