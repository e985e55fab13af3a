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
  return {
    ...target,
    async put(request, options) {
      mayWrite();
      return target.put(request, options);
    },
    async remove(key, options) {
      mayWrite();
      return target.remove(key, options);
    },
    uploads: {
      ...uploads,
      async begin(key, attributes, options) {
        mayWrite();
        return uploads.begin(key, attributes, options);
      },
      async putPart(upload, partNumber, payload, options) {
        mayWrite();
        return uploads.putPart(upload, partNumber, payload, options);
      },
      async complete(upload, parts, options) {
        mayWrite();
        return uploads.complete(upload, parts, options);
      },
    },
  };
}
