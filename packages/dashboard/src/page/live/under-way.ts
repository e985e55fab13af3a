import type { Stats } from "../calls/answers.ts";

export interface UnderWay {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * What running tasks have settled: the job's own figures have it once they are committed. Parts of an object that is spread over
 * several tasks are left out: they count with the object, and would be gone from here between.
 */
export function underWayOf({ runningTasksProgress }: Pick<Stats, "runningTasksProgress">): UnderWay {
  const batches = runningTasksProgress.filter(({ objectsTotal }) => objectsTotal > 0);
  return {
    objects: batches.reduce((sum, { objectsDone }) => sum + objectsDone, 0),
    bytes: batches.reduce((sum, { bytesDone }) => sum + bytesDone, 0),
  };
}
