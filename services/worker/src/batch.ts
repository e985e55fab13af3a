import type { DecisionRule } from "@causeway/shared/domain/decide.ts";
import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { MappingRule } from "@causeway/shared/domain/mapping.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { KeyRule } from "@causeway/shared/domain/target-key.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { CopyObject } from "./copy-object.ts";
import type { Path } from "./path-watch.ts";
import type { Probe } from "./probe.ts";
import type { TargetView } from "./target-view.ts";

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

/** One start of a task, as its objects see it. */
export interface Batch {
  /** Asked for each object, because credentials and limits may change while the task runs. */
  work(): JobWork;
  readonly view: TargetView;
  /** Another way to copy than the process' usual one: a large object of a task of its own is spread. */
  readonly copyObject: CopyObject | undefined;
  /** Whether the task may be removed from under us: asked before a bad copy is removed. */
  isOpen(): Promise<boolean>;
  /** The link is down: nothing of this task can go on here. */
  pathDown(): void;
  /** Aborted when the task must be left; its reason says why. */
  readonly signal: AbortSignal;
}

/** One try of one object's copy. */
export interface CopyStep {
  /** The version that is copied, which may be newer than the listed one. */
  readonly object: SourceObject;
  readonly targetKey: string;
  readonly work: JobWork;
  /** From 1. */
  readonly attempt: number;
  readonly ifThere: "replace" | "forbid";
  readonly signal: AbortSignal;
}
