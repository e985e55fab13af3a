import { objectSourceContract } from "../../testing/object-source-contract.ts";
import { createMemorySource } from "./object-source.ts";

objectSourceContract("memory", async () => {
  const source = createMemorySource();
  return {
    source,
    lay: async (seed) => source.lay(seed),
    take: async (key) => source.take(key),
    close: async () => {},
  };
});
