import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { MultipartTarget, Upload } from "@causeway/shared/ports/object-target.ts";
import type { UploadLedger } from "@causeway/shared/ports/task-ledger.ts";
import type { StoreWatch } from "./patience.ts";
import { targetPatience } from "./target-patience.ts";

export interface AbortParts {
  readonly uploads: UploadLedger;
  readonly target: MultipartTarget;
  readonly clock: Clock;
  readonly watch: StoreWatch;
}

const uploadsAtOnce = 100;
const abortsPerUpload = 10;
const betweenAbortsMs = 500;

/**
 * Aborts the multipart uploads that the job began and did not complete, so that no invisible parts cost money. A part that is
 * still on its way may bring an upload back to life, so each is aborted until OSS no longer knows it. Uploads of others
 * are never touched: the ledger lists only ours.
 */
export async function abortUploads(jobId: string, parts: AbortParts, options: Signalled): Promise<void> {
  for (;;) {
    const uploads = await parts.uploads.list(jobId, uploadsAtOnce);
    if (uploads.length === 0) return;
    for (const upload of uploads) {
      await abortUpload(upload, parts, options);
      await parts.uploads.forget(jobId, upload);
    }
  }
}

async function abortUpload(upload: Upload, parts: AbortParts, options: Signalled): Promise<void> {
  const { target, clock } = parts;
  const patiently = targetPatience(parts);
  for (let tries = 0; tries < abortsPerUpload; tries += 1) {
    await patiently((tried) => target.abort(upload, tried), options);
    const held = await patiently((tried) => target.parts(upload, tried), options);
    if (held === undefined) return;
    await clock.sleep(betweenAbortsMs, options);
  }
  throw new Fault("TARGET_FAILED", "permanent", {
    said: `the multipart upload ${upload.uploadId} of ${JSON.stringify(upload.key)} cannot be aborted`,
  });
}
