import type { JobSpecInput } from "@causeway/shared/domain/job-spec.ts";
import { seedNames } from "./names.ts";
import type { Stores } from "./stores.ts";

/** The seed's job, from one emulator to the other. */
export function scenarioJob({ s3, oss }: Stores): JobSpecInput {
  return {
    name: seedNames.job,
    source: {
      provider: "s3",
      region: seedNames.sourceRegion,
      endpoint: s3.url,
      bucket: seedNames.sourceBucket,
      prefix: seedNames.sourcePrefix,
      pathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    },
    target: {
      provider: "oss",
      region: seedNames.targetRegion,
      endpoint: oss.url,
      bucket: seedNames.targetBucket,
      prefix: seedNames.targetPrefix,
      credentials: { accessKeyId: oss.accessKeyId, secretAccessKey: oss.secretAccessKey },
    },
  };
}
