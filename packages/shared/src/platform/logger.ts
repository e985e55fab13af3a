import { type ChildLoggerOptions, type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { LogLevel } from "./shared-settings.ts";

/** What services log with: JSON lines with the fields `jobId taskId key attempt outcome code` where they apply. */
export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error" | "fatal" | "child" | "isLevelEnabled">;

export interface LogOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly version: string;
}

/** Names under which secrets travel; their values never reach a line of the log, at whatever depth. */
const secretNames =
  /^(credentials?|authorization|secret.*|accessKeySecret|accessKeyId|sessionToken|securityToken|password|api_?keys?|x-amz-security-token|x-oss-security-token|cookie|sealed.*|.*_?secret|token)$/i;
const deepest = 8;

/** A logger of JSON lines. Anything that looks like a credential is replaced before it is written. */
export function createLogger(options: LogOptions, destination?: DestinationStream): PinoLogger {
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service, version: options.version, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactedRecord(fields, 0),
      },
      serializers: { err: serializedError, error: serializedError },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
  // oxlint-disable-next-line typescript/unbound-method -- called with its logger in front
  return withGuardedChildren(logger, logger.child);
}

/** Pino does not format the bindings of children, so they are cleaned before it sees them. */
function withGuardedChildren(logger: PinoLogger, bear: PinoLogger["child"]): PinoLogger {
  const child = (bindings: object, options?: ChildLoggerOptions): PinoLogger => {
    const born: PinoLogger = Reflect.apply(bear, logger, [redactedRecord(bindings, 0), options]);
    return withGuardedChildren(born, bear);
  };
  return Object.assign(logger, { child });
}

function redactedRecord(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretNames.test(name) ? "[hidden]" : redacted(value, depth)]),
  );
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (depth >= deepest) return "[deep]";
  if (value instanceof Error) return serializedError(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  return redactedRecord(value, depth + 1);
}

/** Errors of SDKs carry requests with signed headers: only what is known to be safe is written. */
function serializedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return redacted(error, 1);
  const { code, kind } = error as { readonly code?: unknown; readonly kind?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof kind === "string" ? { kind } : {}),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < deepest ? { cause: serializedError(error.cause, depth + 1) } : {}),
  };
}
