import type { Step } from "./machine.ts";

/** Redis is saved, and later restored from what was saved. */
export const redisSteps = {
  save: async (machine) => {
    await machine.rewind?.save();
    machine.saved = structuredClone(machine.model);
  },

  // Workers and queue live on and know of a future that is no more.
  fallBack: async (machine) => {
    if (machine.saved === undefined || machine.rewind === undefined) return;
    await machine.rewind.fallBack();
    machine.model = structuredClone(machine.saved);
    machine.lastPlan = undefined;
  },
} as const satisfies Record<string, Step>;
