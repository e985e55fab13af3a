import {
  amount,
  fields,
  flag,
  listOf,
  mapOf,
  nullable,
  oneOf,
  orElse,
  type Shape,
  type ShapeOf,
  text,
} from "./shape.ts";

/** What the page reads of the API's answers. */

const roles = ["read", "operate", "admin"] as const;
export const keyShape = fields({ name: text, role: oneOf(roles) });
export type Client = ShapeOf<typeof keyShape>;

export const problemShape = fields({
  code: text,
  title: text,
  detail: text,
  faults: orElse(listOf(fields({ path: text, message: text })), []),
});
export type Problem = ShapeOf<typeof problemShape>;
export type InputFault = Problem["faults"][number];

export const jobStates = ["running", "paused", "cancelling", "settling", "completed", "failed", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];
const publicStates = ["Running", "Paused", "Succeed", "Failed", "Abort"] as const;

const reasonShape = nullable(fields({ code: text, message: text }));

const windowShape = fields({
  days: text,
  from: text,
  to: text,
  timezone: text,
  bytesPerSecond: orElse<number | null>(amount, null),
  requestsPerSecond: orElse<number | null>(amount, null),
});
export type LimitWindow = ShapeOf<typeof windowShape>;
const limitsShape = fields({ bytesPerSecond: amount, requestsPerSecond: amount, timetable: listOf(windowShape) });

const sideShape = fields({ region: text, endpoint: text, bucket: text, prefix: text });

export const jobShape = fields({
  id: text,
  name: text,
  source: sideShape,
  target: sideShape,
  overwrite: text,
  sourceProof: text,
  limits: limitsShape,
  weight: amount,
  state: oneOf(jobStates),
  jobState: oneOf(publicStates),
  stateReason: reasonShape,
  createdAt: text,
  endedAt: nullable(text),
});
export type Job = ShapeOf<typeof jobShape>;

const figures = {
  jobName: text,
  jobState: oneOf(publicStates),
  stateReason: reasonShape,
  pendingTasks: amount,
  dispatchedTasks: amount,
  runningTasks: amount,
  succeedTasks: amount,
  failedTasks: amount,
  scanFinished: flag,
  objects: fields({ listed: amount, copied: amount, skipped: amount, failed: amount }),
  bytes: fields({ listed: amount, copied: amount, skipped: amount }),
  rate: fields({ objectsPerSecond: amount, bytesPerSecond: amount, etaSeconds: nullable(amount) }),
  failuresByCode: mapOf(amount),
};

export const statsShape = fields({
  ...figures,
  runningTasksProgress: listOf(
    fields({
      taskId: text,
      startedAt: text,
      bytesDone: amount,
      bytesTotal: amount,
      objectsDone: amount,
      objectsTotal: amount,
    }),
  ),
});
export type Stats = ShapeOf<typeof statsShape>;

const summaryShape = fields({
  ...figures,
  id: text,
  state: oneOf(jobStates),
  source: text,
  target: text,
  weight: amount,
  createdAt: text,
  endedAt: nullable(text),
});
export type JobSummary = ShapeOf<typeof summaryShape>;
export const summariesShape = fields({ items: listOf(summaryShape) });

const workerShape = fields({
  id: text,
  host: text,
  pid: amount,
  version: text,
  state: text,
  taskSlots: amount,
  tasksRunning: amount,
  objectsPerSecond: amount,
  bytesPerSecond: amount,
  startedAt: text,
  heartbeatAt: text,
  load: orElse(nullable(fields({ connections: amount, connectionsAllowed: amount, cores: amount })), null),
  tunnel: orElse(
    nullable(
      fields({
        state: oneOf(["up", "down"]),
        reason: nullable(text),
        children: listOf(fields({ name: text, remoteAddress: text, bytesIn: amount, bytesOut: amount })),
        refusedPackets: nullable(amount),
      }),
    ),
    null,
  ),
});
export type Worker = ShapeOf<typeof workerShape>;
export const workersShape = fields({ items: listOf(workerShape) });

export const goneShape = fields({ ids: listOf(text) });
export const ledgerShape = fields({ reachable: flag });

export const failureShape = fields({
  key: text,
  sizeBytes: amount,
  code: text,
  message: text,
  attempts: amount,
  time: text,
});
export type Failure = ShapeOf<typeof failureShape>;

export const historyShape = fields({
  items: listOf(fields({ from: text, seconds: amount, objects: amount, bytes: amount })),
});
export type PastSpan = ShapeOf<typeof historyShape>["items"][number];

export const shardsShape = fields({
  items: listOf(fields({ id: text, after: nullable(text), before: nullable(text), cursor: nullable(text) })),
  open: amount,
});
export type Shards = ShapeOf<typeof shardsShape>;

const lineShape = fields({
  check: text,
  state: oneOf(["ok", "warning", "failure"]),
  message: text,
  cure: nullable(text),
});
export const preflightShape = fields({ verdict: oneOf(["ok", "warning", "failure"]), lines: listOf(lineShape) });
export type Preflight = ShapeOf<typeof preflightShape>;

export const retriedShape = fields({ objects: amount, tasks: amount });

export function pageOf<T>(item: Shape<T>): Shape<{ readonly items: readonly T[]; readonly nextCursor: string | null }> {
  return fields({ items: listOf(item), nextCursor: nullable(text) });
}
