import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process of a benchmark's own that does what it is told, so that its work is not in the way of what is measured. */
export interface Child {
  /** Asks for something and waits for the answer. */
  ask(question: object): Promise<unknown>;
  leave(): void;
}

/** Starts `bench/lib/<name>.ts`, which answers with `answerParent`. */
export function startChild(name: string, args: readonly string[]): Child {
  const child = fork(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), args);
  return {
    ask: (question) => asked(child, question),
    leave: () => child.disconnect(),
  };
}

function asked(child: ChildProcess, question: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error("a process of the benchmark is gone; its error is above"));
    child.once("exit", gone);
    child.once("message", (answer) => {
      child.off("exit", gone);
      resolve(answer);
    });
    child.send(question);
  });
}

/** Answers what the parent asks, one question after the other; the process ends with the parent, and when a question fails. */
export function answerParent(answer: (question: Readonly<Record<string, unknown>>) => Promise<unknown>): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", (question: Readonly<Record<string, unknown>>) => {
    void answer(question).then(
      (value) => process.send?.(value ?? null),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
