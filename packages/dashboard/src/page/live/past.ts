import { signal } from "@preact/signals";
import { historyShape, type PastSpan } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { ask } from "../session.ts";

/** What the API keeps of the past of jobs that were looked at, by their ids. */
export const past = signal<ReadonlyMap<string, readonly PastSpan[]>>(new Map());

const everyMs = 60_000;

/** Asks for a job's past now and then, until the answer is called. */
export function followPast(id: string): () => void {
  const look = async (): Promise<void> => {
    const answer = await ask(historyShape, { path: path`/jobs/${id}/history` });
    if (answer.answer === "ok") past.value = new Map([[id, answer.value.items]]);
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  return () => clearInterval(timer);
}
