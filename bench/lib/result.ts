import { cpus } from "node:os";

/** What a benchmark prints: figures and ratios are medians over the counted runs. */
export interface BenchResult {
  readonly name: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly runs: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
}

export type Figures = Readonly<Record<string, number>>;

/** Makes a result of several runs' figures; each run has the same names. */
export function summarise(name: string, runs: readonly Figures[], ratios: Figures = {}): BenchResult {
  const names = Object.keys(runs[0] ?? {});
  const figures = Object.fromEntries(
    names.map((figure) => [figure, median(runs.map((run) => run[figure] ?? Number.NaN))]),
  );
  return { name, machine: machine(), runs: runs.length, figures, ratios };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function machine(): BenchResult["machine"] {
  const all = cpus();
  return { cpu: all[0]?.model ?? "unknown", cores: all.length, node: process.version };
}
