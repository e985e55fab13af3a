import type { Command } from "commander";
import { pageOf, workerSchema } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { table } from "../table.ts";

/** `causeway workers`: who works. */
export function addWorkers(program: Command, context: CliContext): void {
  const command = program
    .command("workers")
    .option("--json", "print JSON")
    .description("list worker processes")
    .action(async (options: { readonly json?: boolean }) => {
      const { items } = await context.api.json(pageOf(workerSchema), { method: "GET", path: "/workers" });
      if (options.json === true) context.say(JSON.stringify(items));
      else {
        const rows = items.map((worker) => [
          worker.host,
          String(worker.pid),
          worker.state,
          `${worker.tasksRunning}/${worker.taskSlots}`,
          worker.objectsPerSecond.toFixed(1),
          String(Math.round(worker.bytesPerSecond)),
          worker.heartbeatAt,
          worker.version,
        ]);
        context.say(
          table([["HOST", "PID", "STATE", "TASKS", "OBJECTS/S", "BYTES/S", "HEARTBEAT", "VERSION"], ...rows]),
        );
      }
    });
  withExamples(command, ["causeway workers", "causeway workers --json"]);
}
