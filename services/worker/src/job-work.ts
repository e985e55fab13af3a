import type { DecisionRule } from "@causeway/shared/domain/decide.ts";
import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { MappingRule } from "@causeway/shared/domain/mapping.ts";
import type { KeyRule } from "@causeway/shared/domain/target-key.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { Path } from "./path-watch.ts";
import type { Probe } from "./probe.ts";

/** What all objects of a job share, for as long as the job's revision holds. */
export interface JobWork {
  readonly jobId: string;
  readonly revision: number;
  readonly spec: OpenJobSpec;
  readonly rules: { readonly decision: DecisionRule; readonly key: KeyRule; readonly mapping: MappingRule };
  readonly source: ObjectSource;
  /** Every write asks the hold first, see `hold-guard.ts`. */
  readonly target: ObjectTarget;
  readonly paths: { readonly source: Path; readonly target: Path };
  readonly probes: { readonly source: Probe; readonly target: Probe };
}
