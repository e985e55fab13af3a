import { submit } from "../ledger-steps.ts";
import type { ManualClock } from "../manual-clock.ts";
import type { ActionName } from "./action.ts";
import { dispatchSteps } from "./dispatch-steps.ts";
import { jobSteps } from "./job-steps.ts";
import { listingSteps } from "./listing-steps.ts";
import type { Machine, ModelSubject, Step } from "./machine.ts";
import { assertAgree, modelLimits, newModel } from "./model.ts";
import { redisSteps } from "./redis-steps.ts";
import { settleSteps } from "./settle-steps.ts";
import { spreadSteps } from "./spread-steps.ts";
import { taskSteps } from "./task-steps.ts";

const steps: Readonly<Record<ActionName, Step>> = {
  ...listingSteps,
  ...dispatchSteps,
  ...taskSteps,
  ...spreadSteps,
  ...jobSteps,
  ...settleSteps,
  ...redisSteps,
};

/** Submits a job to an empty ledger; the machine then compares ledger and model after every action. */
export async function createMachine({ ledger, weigh, rewind }: ModelSubject, clock: ManualClock): Promise<Machine> {
  const jobId = await submit(ledger, { failureLimits: modelLimits });
  const machine: Machine = {
    ledger,
    clock,
    jobId,
    model: newModel(),
    saved: undefined,
    weigh,
    rewind,
    queue: [],
    grips: [],
    lastPlan: undefined,
    keys: 0,
    async act(action) {
      clock.advance(10);
      await steps[action.name](machine, action);
      await assertAgree(ledger, jobId, machine.model, weigh);
    },
  };
  return machine;
}
