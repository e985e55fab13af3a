import type { Stats } from "../api/schemas.ts";
import { shownBytes, shownCount, shownSeconds } from "./figures.ts";
import type { Paint } from "./screen.ts";

const widestBar = 40;
const mostCodes = 5;

/** One picture of a job on a terminal: a bar, a table, what failed. No line is wider than the terminal. */
export function frameOf(stats: Stats, columns: number, paint: Paint): readonly string[] {
  const lines = [barLine(stats, columns), ...tableLines(stats), tasksLine(stats), ...failureLines(stats)];
  const cut = lines.map((line) => line.slice(0, columns));
  return [title(stats, columns, paint), ...cut.map((line) => painted(line, paint))];
}

function title({ jobName, jobState }: Stats, columns: number, paint: Paint): string {
  const colour = jobState === "Failed" || jobState === "Abort" ? "red" : jobState === "Paused" ? "yellow" : "green";
  const name = jobName.slice(0, Math.max(0, columns - jobState.length - 2));
  return `${paint("bold", name)}  ${paint(colour, jobState)}`;
}

function barLine({ objects, bytes, rate, scanFinished, jobState }: Stats, columns: number): string {
  const share = Math.min(shareOf(objects.copied + objects.skipped + objects.failed, objects.listed), 1);
  const width = Math.max(10, Math.min(widestBar, columns - 40));
  // Rounded down: 100 % means all.
  const full = Math.floor(share * width);
  const bar = `[${"#".repeat(full)}${"-".repeat(width - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
  const speed = jobState === "Running" ? `  ${shownBytes(rate.bytesPerSecond)}/s` : "";
  const left = rate.etaSeconds === null || jobState !== "Running" ? "" : `  ${shownSeconds(rate.etaSeconds)} left`;
  const listing = scanFinished ? "" : "  (listing goes on)";
  return `${bar}  ${shownBytes(bytes.copied + bytes.skipped)} of ${shownBytes(bytes.listed)}${speed}${left}${listing}`;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function tableLines({ objects, bytes, rate }: Stats): readonly string[] {
  const rows = [
    ["", "LISTED", "COPIED", "SKIPPED", "FAILED", "PER SECOND"],
    [
      "objects",
      ...[objects.listed, objects.copied, objects.skipped, objects.failed].map(shownCount),
      rate.objectsPerSecond.toFixed(1),
    ],
    ["bytes", ...[bytes.listed, bytes.copied, bytes.skipped].map(shownBytes), "", shownBytes(rate.bytesPerSecond)],
  ];
  return rows.map(([name = "", ...cells]) => name.padEnd(8) + cells.map((cell) => cell.padStart(13)).join(""));
}

function tasksLine(stats: Stats): string {
  const { pendingTasks, dispatchedTasks, runningTasks, succeedTasks, failedTasks } = stats;
  return `tasks   ${pendingTasks} pending, ${dispatchedTasks} dispatched, ${runningTasks} running, ${succeedTasks} done, ${failedTasks} failed`;
}

function failureLines({ failuresByCode, stateReason }: Stats): readonly string[] {
  const codes = Object.entries(failuresByCode).toSorted(([, left], [, right]) => right - left);
  const shown = codes.slice(0, mostCodes).map(([code, count]) => `failed  ${shownCount(count).padStart(12)}  ${code}`);
  const rest =
    codes.length > mostCodes ? [`failed  and ${codes.length - mostCodes} more codes: causeway failures`] : [];
  return [...shown, ...rest, ...(stateReason === null ? [] : [`reason  ${stateReason.code}: ${stateReason.message}`])];
}

function painted(line: string, paint: Paint): string {
  if (line.startsWith("failed ")) return paint("red", line);
  return line.startsWith("reason ") ? paint("yellow", line) : line;
}
