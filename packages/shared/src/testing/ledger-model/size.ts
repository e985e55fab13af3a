import type { ModelRun } from "./run.ts";

/**
 * The size of a model test: small by default, so that `npm test` stays quick. `LEDGER_MODEL_<NAME>` asks for that many
 * schedules and takes the time that they need; `LEDGER_MODEL_SEED` starts at a seed (that of a failure, say) instead of a random one.
 */
export function modelRun(name: string, usual: { readonly schedules: number; readonly budgetMs: number }): ModelRun {
  const wanted = Number(process.env[`LEDGER_MODEL_${name}`] ?? 0);
  const seed = Number(process.env["LEDGER_MODEL_SEED"] ?? Math.floor(Math.random() * 1e9));
  if (wanted > 0) return { seed, schedules: wanted, budgetMs: Number.POSITIVE_INFINITY };
  return { seed, ...usual };
}
