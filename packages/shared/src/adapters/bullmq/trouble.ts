/** Where the queues tell of trouble that mends itself; a pino logger is one. */
export interface QueueLog {
  warn(fields: object, message: string): void;
}

/** Redis is away: its own connection has said so already, in one line. */
const away = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENOENT",
]);

/** Tells what BullMQ reports, but for what is only that Redis does not answer: it would be a line each time it is tried. */
export function tellTrouble(log: QueueLog, queue: string, message: string): (error: unknown) => void {
  return (error) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const isClosed = error instanceof Error && error.message === "Connection is closed.";
    if (!away.has(code) && !isClosed) log.warn({ queue, err: error }, message);
  };
}
