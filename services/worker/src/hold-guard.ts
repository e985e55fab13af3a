import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";

/** Throws when nothing may be written any more. */
export type MayWrite = () => void;

/**
 * The same target, which asks before each PUT, Complete and delete whether the task is still ours: OSS has no If-Match on
 * PUT, so a late writer would overwrite what its successor wrote. Reads go through, and so does the abort of an upload,
 * whose id nobody else knows.
 */
export function withHold(target: ObjectTarget, mayWrite: MayWrite): ObjectTarget {
  const { uploads } = target;
  // Not by an async function: that would make a promise more for each small object.
  const held = <T>(write: () => Promise<T>): Promise<T> => {
    try {
      mayWrite();
    } catch (reason) {
      return Promise.reject(reason);
    }
    return write();
  };
  return {
    ...target,
    put: (request, options) => held(() => target.put(request, options)),
    remove: (key, options) => held(() => target.remove(key, options)),
    uploads: {
      ...uploads,
      begin: (key, attributes, options) => held(() => uploads.begin(key, attributes, options)),
      putPart: (upload, partNumber, payload, options) =>
        held(() => uploads.putPart(upload, partNumber, payload, options)),
      complete: (upload, parts, options) => held(() => uploads.complete(upload, parts, options)),
    },
  };
}
