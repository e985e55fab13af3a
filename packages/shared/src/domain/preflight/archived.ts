import type { OpenJobSpec } from "../job-spec.ts";
import type { SourceObject } from "../object.ts";
import { type Finding, failure, ok, warning } from "./line.ts";

/** Classes whose objects must be restored before they can be read: docs.aws.amazon.com, "Restoring an archived object". */
const archiveClasses: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export function isArchived({ storageClass }: Pick<SourceObject, "storageClass">): boolean {
  return archiveClasses.has(storageClass);
}

/** What reading a few of the archived objects showed. */
export interface ArchiveReading {
  readonly tried: number;
  readonly restored: number;
}

/** Judges how much of the sample must be restored first. */
export function judgeArchived(objects: readonly SourceObject[], reading: ArchiveReading, spec: OpenJobSpec): Finding {
  const archived = objects.filter(isArchived);
  const looked = `${archived.length} of ${objects.length} sampled objects are in an archive class`;
  const cure =
    "Restore them at the source for longer than the job will take (S3 Batch Operations restores many at once); what is not restored fails with SOURCE_ARCHIVED and can be retried.";
  if (archived.length === 0) {
    const tiered = objects.filter(({ storageClass }) => storageClass === "INTELLIGENT_TIERING").length;
    if (tiered === 0) return ok(`None of ${objects.length} sampled objects is in an archive class.`);
    return warning(
      `${tiered} of ${objects.length} sampled objects are in INTELLIGENT_TIERING, which may have archived them; a listing does not show it.`,
      cure,
    );
  }
  if (reading.restored === reading.tried) return ok(`${looked}, and the ${reading.tried} that were read are restored.`);
  const said = `${looked}; ${reading.tried - reading.restored} of ${reading.tried} that were read are not restored.`;
  if (archived.length / objects.length < spec.failureLimits.share) return warning(said, cure);
  return failure(`${said} That is more than failureLimits.share (${spec.failureLimits.share}) allows.`, cure);
}
