/** What can happen, and how often compared with the others. */
export const actions = [
  { name: "plan", weight: 5 },
  { name: "planAgain", weight: 1 },
  { name: "split", weight: 1 },
  { name: "finish", weight: 1 },
  { name: "dispatch", weight: 6 },
  { name: "dispatchAndCrash", weight: 1 },
  { name: "deliver", weight: 10 },
  { name: "progress", weight: 5 },
  { name: "progressUnheard", weight: 2 },
  { name: "commit", weight: 9 },
  { name: "commitPart", weight: 1 },
  { name: "spread", weight: 6 },
  { name: "recordParts", weight: 2 },
  { name: "commitGroup", weight: 6 },
  { name: "endGeneration", weight: 1 },
  { name: "handBack", weight: 3 },
  { name: "sweep", weight: 3 },
  { name: "retry", weight: 2 },
  { name: "compact", weight: 1 },
  { name: "pause", weight: 1 },
  { name: "resume", weight: 3 },
  { name: "cancel", weight: 1 },
  { name: "dropBacklog", weight: 1 },
  { name: "beginSettling", weight: 2 },
  { name: "recheck", weight: 1 },
  { name: "index", weight: 1 },
  { name: "journalDropped", weight: 1 },
  { name: "end", weight: 2 },
  { name: "save", weight: 2 },
  { name: "fallBack", weight: 1 },
] as const;
export type ActionName = (typeof actions)[number]["name"];

/** One thing that happens, with two random numbers to choose by. */
export interface Action {
  readonly name: ActionName;
  readonly a: number;
  readonly b: number;
}
