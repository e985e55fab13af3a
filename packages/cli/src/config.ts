import type { ComparedCredentials } from "./compare/sides.ts";

/** What the command line reads from the environment. */
export interface CliConfig {
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  /** For `compare`, where no file gives them. */
  readonly sourceCredentials: ComparedCredentials | undefined;
  readonly targetCredentials: ComparedCredentials | undefined;
  /** Credentials that a job names as `{ "from": "environment", "prefix": "SRC_" }`. */
  readonly credentialsUnder: (prefix: string) => ComparedCredentials | undefined;
  /** `off` where NO_COLOR is set (https://no-color.org) or the terminal is a dumb one. */
  readonly colours: "on" | "off";
  /** What child processes inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Reads the environment once, at start. */
export function readCliConfig(): CliConfig {
  return {
    apiUrl: process.env["CAUSEWAY_API"] ?? "http://127.0.0.1:8080",
    apiKey: process.env["CAUSEWAY_API_KEY"],
    sourceCredentials: credentialsUnder("SOURCE_"),
    targetCredentials: credentialsUnder("TARGET_"),
    credentialsUnder,
    colours: (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb" ? "off" : "on",
    environment: process.env,
  };
}

function credentialsUnder(prefix: string): ComparedCredentials | undefined {
  const accessKeyId = process.env[`${prefix}ACCESS_KEY_ID`];
  const secretAccessKey = process.env[`${prefix}SECRET_ACCESS_KEY`];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: process.env[`${prefix}SESSION_TOKEN`] };
}
