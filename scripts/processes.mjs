// Running other programs from the entry scripts.

import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";

/** A line for people, on standard error: standard output belongs to the command. */
export function say(line) {
  process.stderr.write(`causeway: ${line}\n`);
}

/** Whether the program is there and exits 0 within ten seconds. */
export function answers(program, args, env = process.env) {
  return spawnSync(program, args, { env, stdio: "ignore", timeout: 10_000 }).status === 0;
}

/** Runs a program to its end with its output on standard error; answers whether it succeeded. */
export function succeeds(program, args, options = {}) {
  return spawnSync(program, args, { stdio: ["ignore", 2, 2], ...options }).status === 0;
}

/** Runs a program quietly; answers what it printed, or undefined where it failed. */
export function outputOf(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    ...options,
  });
  return status === 0 ? stdout : undefined;
}

/**
 * Runs a program in the foreground and answers its exit code. Signals reach it once: a terminal sends Ctrl-C to the
 * whole process group, so SIGINT is passed on only where there is no terminal.
 */
export function foreground(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    const pass = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, pass);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, pass);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
