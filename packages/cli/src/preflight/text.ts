import type { Estimate } from "@causeway/shared/domain/preflight/estimate.ts";
import type { PreflightLine } from "@causeway/shared/domain/preflight/line.ts";
import type { PreflightResult } from "@causeway/shared/preflight/run.ts";
import { shownBytes, shownCount, shownSeconds } from "../screen/figures.ts";
import type { Paint } from "../screen/screen.ts";

const colours = { ok: "green", warning: "yellow", failure: "red" } as const;

/** A preflight for people: a line for each look, cures below what is not well, then the estimate. */
export function preflightText({ lines, estimate, verdict }: PreflightResult, paint: Paint): string {
  const rows = lines.flatMap((line) => rowsOf(line, paint));
  const count = (state: PreflightLine["state"]) => lines.filter((line) => line.state === state).length;
  const sum = `${count("ok")} ok, ${count("warning")} to look at, ${count("failure")} failed`;
  return [
    ...rows,
    "",
    ...(estimate === null ? [] : [...estimateRows(estimate), ""]),
    paint(colours[verdict], sum),
    "",
  ].join("\n");
}

function rowsOf({ check, state, message, cure }: PreflightLine, paint: Paint): readonly string[] {
  const row = `${paint(colours[state], state.padEnd(8))} ${check.padEnd(18)} ${message}`;
  return cure === null ? [row] : [row, `${" ".repeat(28)}-> ${cure}`];
}

function estimateRows({ expected, quantities, duration, cost, assumptions }: Estimate): readonly string[] {
  const least = expected.basis === "at-least" ? "at least " : "";
  const money = (amount: number) =>
    `${amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${cost.currency}`;
  const held = {
    bytes: `by bytes, at ${shownBytes(duration.bytesPerSecond)}/s`,
    objects: `by objects, at ${shownCount(duration.objectsPerSecond)}/s`,
    requests: "by requests per second",
    nothing: "by nothing",
  }[duration.heldBy];
  return [
    `Estimate for ${least}${shownCount(expected.objects)} objects, ${shownBytes(expected.bytes)}:`,
    `  time      ${least}${shownSeconds(duration.seconds)}, held ${held}`,
    `  requests  ${shownCount(quantities.listRequests)} LIST and ${shownCount(quantities.getRequests)} GET at S3, ${shownCount(quantities.putRequests)} PUT at OSS`,
    `  money     ${least}${money(cost.total)} once, ${money(cost.monthly)} a month for storage (prices of ${cost.asOf})`,
    ...(cost.unverified.length === 0
      ? []
      : [`            estimate; list prices of ${cost.asOf} not verified: ${cost.unverified.join("; ")}`]),
    ...cost.items.map(({ what, amount }) => `            ${money(amount).padStart(16)}  ${what}`),
    `  without   ${cost.notCounted.join("; ")}`,
    `  assumed   ${assumptions.join("; ")}`,
  ];
}
