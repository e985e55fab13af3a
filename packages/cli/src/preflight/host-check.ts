import type { JobCredentials, OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import { type Finding, ok, warning } from "@causeway/shared/domain/preflight/line.ts";
import type { SurroundingCheck } from "@causeway/shared/preflight/run.ts";
import { probeAttributes } from "@causeway/shared/preflight/probe-target.ts";
import type { StoresToLookAt } from "@causeway/shared/preflight/stores.ts";
import { adviceOn } from "@causeway/tunnel/link/advice.ts";
import { type Upload, measurePath } from "@causeway/tunnel/link/measure.ts";

export interface HostCheckParts {
  readonly opener: Pick<StoresToLookAt, "target">;
  readonly spec: OpenJobSpec;
  readonly credentials: JobCredentials;
  /** A name below the target's prefix that no object has. */
  readonly probeName: string;
}

/** Measures the way from this host to the target, and says what to change about the host. */
export function hostCheck({ opener, spec, credentials, probeName }: HostCheckParts): SurroundingCheck {
  const { endpoint, addresses, prefix } = spec.target;
  return {
    name: "host",
    look: async ({ signal }) => {
      const target = opener.target(spec.target, credentials.target);
      const key = `${prefix}${probeName}-speed`;
      const attributes = probeAttributes(spec);
      const upload: Upload = async (sizeBytes, options) => {
        await target.put({ key, payload: { bytes: Buffer.alloc(sizeBytes) }, attributes, ifThere: "replace" }, options);
      };
      try {
        const measure = await measurePath({ endpoint, addresses }, upload, { signal });
        return adviceOn(measure).map(({ says, cure }): Finding => (cure === null ? ok(says) : warning(says, cure)));
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        return [warning(`The way to the target could not be measured: ${reason}.`, "Mend what target.* says first.")];
      } finally {
        await target.remove(key, { signal: AbortSignal.timeout(cleaningMs) }).catch(() => undefined);
        await target.close();
      }
    },
  };
}

const cleaningMs = 10_000;
