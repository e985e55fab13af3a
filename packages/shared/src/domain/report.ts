import { csvLine } from "./csv.ts";
import { faultCodes, isFaultCode } from "./fault-codes.ts";
import type { JobFigures, JobRecord, StateReason } from "./job.ts";
import type { Outcome, SkipReason, SourceProof } from "./outcome.ts";
import { type JobState, type PublicJobState, publicState } from "./state.ts";

/** What the journal tells beyond the ledger's counts. */
export interface JournalSummary {
  /** Copied objects by what proves their source bytes. */
  readonly copiedByProof: Readonly<Partial<Record<SourceProof, number>>>;
  readonly skippedByReason: Readonly<Partial<Record<SkipReason, number>>>;
  /** Copied objects that needed more than one attempt, or one of whose parts did. */
  readonly copiedAgain: number;
}

/** What a job did, for people and for the file. */
export interface JobReport {
  readonly version: 1;
  readonly jobId: string;
  readonly jobName: string;
  readonly jobState: PublicJobState;
  readonly state: JobState;
  readonly stateReason: StateReason | null;
  readonly source: string;
  readonly target: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationSeconds: number;
  readonly objects: {
    readonly listed: number;
    readonly copied: number;
    readonly skipped: number;
    readonly failed: number;
  };
  readonly bytes: { readonly listed: number; readonly copied: number; readonly skipped: number };
  readonly averageRate: { readonly objectsPerSecond: number; readonly bytesPerSecond: number };
  readonly failures: readonly {
    readonly code: string;
    readonly objects: number;
    readonly meaning: string;
    readonly cure: string;
  }[];
  /** Null where the journal was not read. */
  readonly journal: JournalSummary | null;
}

export const emptySummary: JournalSummary = { copiedByProof: {}, skippedByReason: {}, copiedAgain: 0 };

/** Adds one outcome of the journal to the summary. */
export function summarized(summary: JournalSummary, outcome: Outcome): JournalSummary {
  switch (outcome.state) {
    case "copied":
      return {
        ...summary,
        copiedByProof: { ...summary.copiedByProof, [outcome.proof]: (summary.copiedByProof[outcome.proof] ?? 0) + 1 },
        copiedAgain: summary.copiedAgain + (outcome.attempts > 1 ? 1 : 0),
      };
    case "skipped": {
      const before = summary.skippedByReason[outcome.because] ?? 0;
      return { ...summary, skippedByReason: { ...summary.skippedByReason, [outcome.because]: before + 1 } };
    }
    case "failed":
      return summary;
    default:
      return outcome satisfies never;
  }
}

export interface ReportFacts {
  readonly record: JobRecord;
  readonly counts: JobFigures;
  readonly journal: JournalSummary | null;
  /** For the duration of a job that has not ended. */
  readonly nowMs: number;
}

/** Makes a job's report. */
export function reportOf({ record, counts, journal, nowMs }: ReportFacts): JobReport {
  const { tally } = counts;
  const seconds = Math.max(0, (record.endedAtMs ?? nowMs) - record.createdAtMs) / 1000;
  const perSecond = (amount: number) => (seconds === 0 ? 0 : Math.round((amount / seconds) * 10) / 10);
  return {
    version: 1,
    jobId: record.id,
    jobName: record.spec.name,
    jobState: publicState(record.state, tally.failedObjects),
    state: record.state,
    stateReason: record.stateReason,
    source: `s3://${record.spec.source.bucket}/${record.spec.source.prefix}`,
    target: `oss://${record.spec.target.bucket}/${record.spec.target.prefix}`,
    startedAt: new Date(record.createdAtMs).toISOString(),
    endedAt: record.endedAtMs === null ? null : new Date(record.endedAtMs).toISOString(),
    durationSeconds: seconds,
    objects: {
      listed: counts.listedObjects,
      copied: tally.copiedObjects,
      skipped: tally.skippedObjects,
      failed: tally.failedObjects,
    },
    bytes: { listed: counts.listedBytes, copied: tally.copiedBytes, skipped: tally.skippedBytes },
    averageRate: { objectsPerSecond: perSecond(tally.copiedObjects), bytesPerSecond: perSecond(tally.copiedBytes) },
    failures: failuresOf(counts),
    journal,
  };
}

/** Most frequent first. */
function failuresOf(counts: JobFigures): JobReport["failures"] {
  return Object.entries(counts.failuresByCode)
    .flatMap(([code, objects]) =>
      isFaultCode(code) && objects > 0
        ? [{ code, objects, meaning: faultCodes[code].meaning, cure: faultCodes[code].cure }]
        : [],
    )
    .toSorted((a, b) => b.objects - a.objects || (a.code < b.code ? -1 : 1));
}

/** The report for a terminal or a mail. */
export function reportText(report: JobReport): string {
  const { objects, bytes } = report;
  const reason = report.stateReason;
  return [
    `Job ${report.jobName} (${report.jobId}): ${report.jobState}`,
    ...(reason === null ? [] : [`  ${reason.code}: ${reason.message}`]),
    `  from ${report.source}`,
    `  to   ${report.target}`,
    `  started ${report.startedAt}, ${report.endedAt === null ? "not ended" : `ended ${report.endedAt}`}, ${report.durationSeconds} s`,
    `  listed  ${objects.listed} objects, ${bytes.listed} bytes`,
    `  copied  ${objects.copied} objects, ${bytes.copied} bytes`,
    `  skipped ${objects.skipped} objects, ${bytes.skipped} bytes`,
    `  failed  ${objects.failed} objects`,
    `  average ${report.averageRate.objectsPerSecond} objects/s, ${report.averageRate.bytesPerSecond} bytes/s`,
    ...report.failures.map(({ code, objects, meaning, cure }) => `  ${code}: ${objects} objects. ${meaning} ${cure}`),
    ...(report.journal === null ? [] : journalLines(report.journal)),
    "",
  ].join("\n");
}

function journalLines(journal: JournalSummary): string[] {
  return [
    `  source bytes proven by: ${counted(journal.copiedByProof) || "nothing was copied"}`,
    ...(Object.keys(journal.skippedByReason).length === 0
      ? []
      : [`  skipped because: ${counted(journal.skippedByReason)}`]),
    `  copied at a second or later attempt: ${journal.copiedAgain} objects`,
  ];
}

function counted(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, objects]) => `${name} ${objects}`)
    .join(", ");
}

/** The report as two columns, `figure` and `value`, for a spreadsheet (RFC 4180). */
export function reportCsv(report: JobReport): string {
  return [["figure", "value"], ...figures("", report)].map(csvLine).join("");
}

function figures(name: string, value: unknown): (readonly [string, string])[] {
  if (value === null) return [[name, ""]];
  if (typeof value !== "object") return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([part, inner]) => figures(name === "" ? part : `${name}.${part}`, inner));
}
