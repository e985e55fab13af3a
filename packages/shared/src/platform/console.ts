import { format } from "node:util";
import type { Logger } from "./logger.ts";

/** Lets what libraries print to the console come as lines of the log: BullMQ warns of Redis' eviction policy so. */
export function adoptConsole(log: Logger): void {
  const tell =
    (level: "info" | "warn") =>
    (...values: readonly unknown[]): void =>
      log[level]({ from: "console" }, format(...values));
  Object.assign(console, {
    log: tell("info"),
    info: tell("info"),
    debug: tell("info"),
    warn: tell("warn"),
    error: tell("warn"),
  });
}
