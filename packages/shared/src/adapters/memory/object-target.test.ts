import { objectTargetContract } from "../../testing/object-target-contract.ts";
import { createMemoryTarget } from "./object-target.ts";

objectTargetContract("memory", async () => {
  const target = createMemoryTarget();
  return {
    target,
    look: async (key) => {
      const held = target.held(key);
      return held === undefined ? undefined : { bytes: new Uint8Array(held.bytes), ...held.attributes };
    },
    close: async () => {},
  };
});
