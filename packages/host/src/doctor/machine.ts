import { execFile } from "node:child_process";
import { access, readFile, statfs } from "node:fs/promises";

/** What a command said. */
export interface Said {
  readonly exitCode: number;
  /** Both streams, as they came. */
  readonly output: string;
}

/** The host that the doctor looks at. Nothing is changed. */
export interface Machine {
  /** Runs a program to its end, at most ten seconds; a program that is missing ends with 127. */
  run(program: string, ...args: readonly string[]): Promise<Said>;
  /** The file's text; undefined where it cannot be read. */
  read(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** The magic number of the file system at `path`, see statfs(2); undefined where nothing is there. */
  fileSystem(path: string): Promise<number | undefined>;
  /** The status of a GET; undefined where nobody answers. */
  statusOf(url: string): Promise<number | undefined>;
}

const patienceMs = 10_000;
const missingProgram = 127;

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return {
    run: (program, ...args) =>
      new Promise((resolve) => {
        execFile(program, args, { timeout: patienceMs, encoding: "utf8" }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : missingProgram;
          resolve({ exitCode: code, output: `${stdout}${stderr}` });
        });
      }),
    read: (path) => readFile(path, "utf8").catch(() => undefined),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    fileSystem: (path) =>
      statfs(path).then(
        ({ type }) => type,
        () => undefined,
      ),
    statusOf: (url) =>
      fetch(url, { signal: AbortSignal.timeout(patienceMs) }).then(
        ({ status }) => status,
        () => undefined,
      ),
  };
}
