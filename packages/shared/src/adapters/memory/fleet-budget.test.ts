import { fleetBudgetContract } from "../../testing/fleet-budget-contract.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createMemoryFleetBudget } from "./fleet-budget.ts";

const clock = createManualClock();
const budget = createMemoryFleetBudget(clock);

fleetBudgetContract(
  "memory",
  () => budget,
  async (ms) => clock.advance(ms),
);
