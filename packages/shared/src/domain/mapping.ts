import type { JobSpec, OpenJobSpec } from "./job-spec.ts";
import type { SourceFacts, TargetAttributes } from "./object.ts";
import type { Refusal } from "./refusal.ts";
import { metadataOfRecord } from "./source-record.ts";

type OssStorageClass = NonNullable<JobSpec["target"]["storageClass"]>;

/**
 * S3's storage classes in OSS' words. STANDARD, STANDARD_IA and GLACIER are Alibaba's own mapping ("Seamlessly migrate data
 * from Amazon S3"); the others go to the class that reads as fast as they do. Unknown classes become Standard.
 */
const storageClassTable: Readonly<Record<string, OssStorageClass>> = {
  STANDARD: "Standard",
  REDUCED_REDUNDANCY: "Standard",
  INTELLIGENT_TIERING: "Standard",
  EXPRESS_ONEZONE: "Standard",
  OUTPOSTS: "Standard",
  STANDARD_IA: "IA",
  ONEZONE_IA: "IA",
  GLACIER_IR: "IA",
  GLACIER: "Archive",
  DEEP_ARCHIVE: "ColdArchive",
};

/** What of a job bears on the attributes of its objects; made once a job. */
export interface MappingRule {
  readonly jobId: string;
  readonly recordSource: boolean;
  readonly metadataNames: JobSpec["keyRules"]["metadataNames"];
  readonly storageClasses: JobSpec["storageClasses"];
  readonly storageClass: OssStorageClass | undefined;
  readonly serverSideEncryption: TargetAttributes["serverSideEncryption"];
}

/** Takes the rule out of a job's specification. */
export function mappingRule(jobId: string, spec: OpenJobSpec): MappingRule {
  return {
    jobId,
    recordSource: spec.recordSource,
    metadataNames: spec.keyRules.metadataNames,
    storageClasses: spec.storageClasses,
    storageClass: spec.target.storageClass,
    serverSideEncryption: spec.target.serverSideEncryption,
  };
}

/** The class that an object of a source class gets at the target. */
export function targetStorageClass(sourceClass: string, rule: MappingRule): OssStorageClass {
  return rule.storageClass ?? rule.storageClasses[sourceClass] ?? storageClassTable[sourceClass] ?? "Standard";
}

/** OSS' limit for all user metadata of an object, names and values together. */
const mostMetadataBytes = 8 * 1024;

/** Says what the target object gets of its source: headers, user metadata, class, encryption and the source record. */
export function mapAttributes(facts: SourceFacts, rule: MappingRule): TargetAttributes | Refusal {
  const unfit = controlIn(facts.headers) ?? controlIn(facts.userMetadata);
  if (unfit !== undefined) return unfit;
  const carried = carriedMetadata(facts.userMetadata, rule);
  if ("refused" in carried) return carried;
  const record = rule.recordSource
    ? metadataOfRecord({ sourceEtag: facts.etag, sourceModifiedMs: facts.lastModifiedMs, jobId: rule.jobId })
    : {};
  const userMetadata = { ...carried.metadata, ...record };
  const bytes = metadataBytes(userMetadata);
  if (bytes > mostMetadataBytes) {
    return {
      refused: "METADATA_REFUSED",
      said: `the user metadata has ${bytes} bytes, OSS takes ${mostMetadataBytes}`,
    };
  }
  return {
    headers: facts.headers,
    userMetadata,
    storageClass: targetStorageClass(facts.storageClass, rule),
    serverSideEncryption: rule.serverSideEncryption,
  };
}

/** RFC 9110 §5.5: a header's value holds no control characters but the tab. */
const control = /[\0-\x08\x0a-\x1f\x7f]/;

/** S3 keeps metadata encoded (RFC 2047), so a value may hold what no header can carry to OSS. */
function controlIn(values: Readonly<Record<string, string>>): Refusal | undefined {
  for (const name of Object.keys(values)) {
    if (!control.test(values[name] ?? "")) continue;
    return { refused: "METADATA_REFUSED", said: `the value of ${JSON.stringify(name)} holds a control character` };
  }
  return undefined;
}

function carriedMetadata(
  metadata: SourceFacts["userMetadata"],
  rule: MappingRule,
): { readonly metadata: Readonly<Record<string, string>> } | Refusal {
  const names = Object.keys(metadata);
  if (names.every((name) => /^[a-z0-9-]+$/i.test(name))) return { metadata };
  const renamed: Record<string, string> = {};
  for (const name of names) {
    const allowed = name.replace(/[^a-z0-9-]/gi, "-");
    if (allowed !== name && rule.metadataNames === "fail") {
      return {
        refused: "METADATA_REFUSED",
        said: `the name ${JSON.stringify(name)} holds more than letters, digits and -`,
      };
    }
    if (Object.hasOwn(renamed, allowed)) {
      return { refused: "METADATA_REFUSED", said: `two names become ${JSON.stringify(allowed)}` };
    }
    renamed[allowed] = metadata[name] ?? "";
  }
  return { metadata: renamed };
}

function metadataBytes(metadata: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const name of Object.keys(metadata)) bytes += name.length + Buffer.byteLength(metadata[name] ?? "");
  return bytes;
}
