type Labels = Readonly<Record<string, string>>;

/** A histogram of seconds for each set of labels. */
export interface Timings {
  /** What counts the times of these labels. */
  timer(labels: Labels): (seconds: number) => void;
  /** All of it in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string;
}

interface Series {
  /** As they stand in the text, without braces. */
  readonly labels: string;
  /** How many took longer than the bound before theirs and no longer than their own; the last place has no bound. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

/**
 * Ours, because two times are taken of every small object: prom-client's histogram looks its labels up and writes a bound
 * as text each time, which was a fortieth of the worker's work. `bounds` are seconds, ascending.
 */
export function createTimings(name: string, help: string, bounds: readonly number[]): Timings {
  const known = new Map<string, Series>();
  return {
    timer(of) {
      const labels = Object.entries(of)
        .map(([label, value]) => `${label}="${escaped(value)}"`)
        .join(",");
      const series = known.get(labels) ?? { labels, counts: new Float64Array(bounds.length + 1), sumSeconds: 0 };
      known.set(labels, series);
      return (seconds) => {
        let at = 0;
        while (seconds > (bounds[at] ?? Number.POSITIVE_INFINITY)) at += 1;
        series.counts[at] = (series.counts[at] ?? 0) + 1;
        series.sumSeconds += seconds;
      };
    },
    text() {
      const lines = [...known.values()].flatMap((series) => linesOf(name, series, bounds));
      return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ""].join("\n");
    },
  };
}

/** Prometheus' buckets hold what is in the ones below them, too. */
function linesOf(name: string, { labels, counts, sumSeconds }: Series, bounds: readonly number[]): readonly string[] {
  let count = 0;
  const buckets = [...counts].map((more, at) => {
    count += more;
    return `${name}_bucket{le="${bounds[at] ?? "+Inf"}",${labels}} ${count}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sumSeconds}`, `${name}_count{${labels}} ${count}`];
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
