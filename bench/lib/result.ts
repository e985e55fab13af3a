import { cpus } from "node:os";

/** What a benchmark prints: figures and ratios are medians over the counted runs. */
export interface BenchResult {
  readonly name: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly runs: number;
  /** Where several tools ran, each tool's figures are under its name. */
  readonly figures: Readonly<Record<string, Figure | Readonly<Record<string, Figure>>>>;
  readonly ratios: Readonly<Record<string, number>>;
}

/** A number, or what it was that ran. */
type Figure = number | string;

export type Figures = Readonly<Record<string, number>>;

/** Makes a result of several runs' figures; each run has the same names. */
export function summarise(name: string, runs: readonly Figures[], ratios: Figures = {}): BenchResult {
  const names = Object.keys(runs[0] ?? {});
  const figures = Object.fromEntries(
    names.map((figure) => [figure, median(runs.map((run) => run[figure] ?? Number.NaN))]),
  );
  return { name, machine: machine(), runs: runs.length, figures, ratios };
}

/** A result whose medians are made already. */
export function resultOf(name: string, measured: Pick<BenchResult, "runs" | "figures" | "ratios">): BenchResult {
  return { name, machine: machine(), ...measured };
}

/** Prints a result: a line for each figure, or with `--json` one JSON object as the last line. */
export function print(result: BenchResult): void {
  for (const [name, value] of Object.entries({ ...result.figures, ...result.ratios })) {
    if (typeof value !== "object") line(name, value);
    else for (const [figure, one] of Object.entries(value)) line(`${name}.${figure}`, one);
  }
  if (process.argv.includes("--json")) console.log(JSON.stringify(result));
}

function line(name: string, value: Figure): void {
  const text = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 3 }) : value;
  console.log(`${name.padEnd(44)} ${text}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function machine(): BenchResult["machine"] {
  const all = cpus();
  return { cpu: all[0]?.model ?? "unknown", cores: all.length, node: process.version };
}
