/** A job's states, see ARCHITECTURE.md. The last three are ends; `retry` leads from `completed` and `failed` back to `running`. */
export const jobStates = ["running", "paused", "cancelling", "settling", "completed", "failed", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];

/** The state as OSSImport's users know it. */
export type PublicJobState = "Running" | "Paused" | "Succeed" | "Failed" | "Abort";

/** Says a job's state in OSSImport's words; `failedObjects` decides what a completed job is called. */
export function publicState(state: JobState, failedObjects: number): PublicJobState {
  switch (state) {
    case "running":
    case "settling":
      return "Running";
    case "paused":
      return "Paused";
    case "completed":
      return failedObjects === 0 ? "Succeed" : "Failed";
    case "failed":
      return "Failed";
    case "cancelling":
    case "cancelled":
      return "Abort";
    default:
      return state satisfies never;
  }
}

export function hasEnded(state: JobState): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}
