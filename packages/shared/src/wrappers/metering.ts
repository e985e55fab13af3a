import { Fault } from "../domain/fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Meter } from "../ports/meter.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { ObjectTarget } from "../ports/object-target.ts";

/** Times a call to a store and counts its faults. */
type Measured = <T>(operation: string, call: () => Promise<T>) => Promise<T>;

/** A source whose requests show as `migration_request_seconds` and `migration_request_faults_total`. A read is timed to its head. */
export function withSourceMetering(source: ObjectSource, meter: Meter, clock: Clock): ObjectSource {
  const measured = createMeasured("source", meter, clock);
  return {
    ...source,
    listPage: (request, options) => measured("list", () => source.listPage(request, options)),
    head: (key, options) => measured("head", () => source.head(key, options)),
    read: (request, options) => measured("read", () => source.read(request, options)),
    part: (request, options) => measured("head-part", () => source.part(request, options)),
  };
}

/** A target whose requests show as `migration_request_seconds` and `migration_request_faults_total`. */
export function withTargetMetering(target: ObjectTarget, meter: Meter, clock: Clock): ObjectTarget {
  const measured = createMeasured("target", meter, clock);
  const { uploads } = target;
  return {
    ...target,
    listPage: (request, options) => measured("list", () => target.listPage(request, options)),
    head: (key, options) => measured("head", () => target.head(key, options)),
    put: (request, options) => measured("put", () => target.put(request, options)),
    remove: (key, options) => measured("remove", () => target.remove(key, options)),
    uploads: {
      begin: (key, attributes, options) => measured("begin-upload", () => uploads.begin(key, attributes, options)),
      putPart: (upload, partNumber, payload, options) =>
        measured("put-part", () => uploads.putPart(upload, partNumber, payload, options)),
      complete: (upload, parts, options) => measured("complete-upload", () => uploads.complete(upload, parts, options)),
      abort: (upload, options) => measured("abort-upload", () => uploads.abort(upload, options)),
      parts: (upload, options) => measured("list-parts", () => uploads.parts(upload, options)),
    },
  };
}

function createMeasured(store: "source" | "target", meter: Meter, clock: Clock): Measured {
  const timers = new Map<string, (seconds: number) => void>();
  const timerOf = (operation: string): ((seconds: number) => void) => {
    const timer = timers.get(operation) ?? meter.timer("migration_request_seconds", { store, operation });
    timers.set(operation, timer);
    return timer;
  };
  return (operation, call) => {
    const startedAtMs = clock.monotonicMs();
    const took = (): void => timerOf(operation)((clock.monotonicMs() - startedAtMs) / 1000);
    return call().then(
      (answer) => {
        took();
        return answer;
      },
      (error: unknown) => {
        if (error instanceof Fault)
          meter.count("migration_request_faults_total", { store, operation, code: error.code });
        took();
        throw error;
      },
    );
  };
}
