import type { Outcome, Tally } from "../../domain/outcome.ts";
import type { HeldTask, TaskPointer } from "../../domain/task.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Progressed, Taken, TaskLedger } from "../../ports/task-ledger.ts";
import { batchArguments, indexBits } from "./commit-arguments.ts";
import { taskKey } from "./keys.ts";
import { packWritten, unpackManifest } from "./manifest-codec.ts";
import { partsOf } from "./part-codec.ts";
import { packRow, unpackRow } from "./row-codec.ts";
import {
  type Argument,
  createRunStep,
  fieldsOf,
  jobScript,
  listOf,
  type RedisConnection,
  type Reply,
  type Script,
  textOf,
} from "./scripts.ts";

const take = jobScript("take");
const progress = jobScript("progress");
const handBack = jobScript("hand-back");
const commit = jobScript("commit");
const isOpen = jobScript("is-open");
const suspect = jobScript("suspect");

export function createRedisTasks(redis: RedisConnection, clock: Clock): TaskLedger {
  const step = createRunStep(redis);
  const held = ({ jobId, taskId, run, start }: HeldTask, script: Script, args: readonly Argument[]): Promise<Reply> =>
    step(script, jobId, [taskId, run, start, ...args], [taskKey(jobId, taskId)]);
  return {
    async take(pointer) {
      const { jobId, taskId, run } = pointer;
      const reply = await step(take, jobId, [taskId, run, clock.now()], [taskKey(jobId, taskId)]);
      return takenOf(pointer, listOf(reply));
    },

    async progress(task, outcomes) {
      const rows = outcomes.flatMap((outcome) => [outcome.index, packRow(outcome)]);
      return progressedOf(listOf(await held(task, progress, [clock.now(), ...rows])));
    },

    async handBack(task) {
      return textOf(await held(task, handBack, [])) === "handed-back" ? "handed-back" : "refused";
    },

    async commit(task, { outcomes, tally, failures, journalPart, written }) {
      const [answer, standing] = listOf(
        await held(task, commit, [
          clock.now(),
          outcomes.length,
          indexBits(outcomes),
          ...sumsOf(tally),
          journalPart ?? "",
          written.length > 0 ? packWritten(written) : "",
          ...batchArguments(failures),
        ]),
      );
      if (textOf(answer) === "behind") return { answer: "behind", standing: rowsOf(standing) };
      return { answer: textOf(answer) === "counted" ? "counted" : "refused" };
    },

    async isOpen(task) {
      return (await held(task, isOpen, [])) === 1;
    },

    async suspect(task, index) {
      await held(task, suspect, [index]);
    },
  };
}

/** In the order of SUMS in `library.lua`. */
function sumsOf(tally: Tally): readonly number[] {
  return [tally.copiedObjects, tally.copiedBytes, tally.skippedObjects, tally.skippedBytes, tally.failedObjects];
}

function takenOf({ jobId, taskId, run }: TaskPointer, [answer, start, revision, task, parts]: readonly Reply[]): Taken {
  if (textOf(answer) !== "held") return { answer: textOf(answer) === "not-now" ? "not-now" : "gone" };
  const fields = fieldsOf(task);
  const progress: Outcome[] = [];
  const crashes = new Map<number, number>();
  for (const [field, value] of fields) {
    const index = Number(field.slice(field.indexOf(":") + 1));
    if (field.startsWith("row:")) progress.push(unpackRow(index, value.toString()));
    if (field.startsWith("crash:")) crashes.set(index, Number(value.toString()));
  }
  return {
    answer: "held",
    task: { jobId, taskId, run, start: Number(textOf(start)) },
    manifest: unpackManifest(fields.get("manifest") ?? Buffer.alloc(0)),
    progress: progress.sort(byIndex),
    parts: partsOf(parts),
    crashes,
    revision: Number(textOf(revision)),
  };
}

function progressedOf([answer, state, revision, standing]: readonly Reply[]): Progressed {
  if (textOf(answer) !== "recorded") return { answer: "refused" };
  const found = textOf(state);
  const jobState = found === "paused" || found === "cancelling" ? found : "running";
  return { answer: "recorded", standing: rowsOf(standing), jobState, revision: Number(textOf(revision)) };
}

function rowsOf(standing: Reply | undefined): readonly Outcome[] {
  return [...fieldsOf(standing)].map(([index, row]) => unpackRow(Number(index), row.toString())).sort(byIndex);
}

function byIndex(a: Outcome, b: Outcome): number {
  return a.index - b.index;
}
