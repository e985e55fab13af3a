import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { jobSpecSchema } from "@causeway/shared/domain/job-spec.ts";
import { limitsSchema } from "@causeway/shared/domain/limits.ts";
import { jobOfProperties } from "@causeway/shared/domain/jobcfg/map.ts";
import { readPriceList } from "@causeway/shared/domain/preflight/prices.ts";

async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(new URL(`../../../${page}`, import.meta.url), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, block = ""]) => block);
}

describe("what the pages show works as it stands", () => {
  test("the job of docs/quickstart-aws-alibaba.md", async () => {
    const jobs = (await blocksOf("docs/quickstart-aws-alibaba.md", "json")).filter((block) =>
      block.includes('source_folder/",'),
    );
    assert.equal(jobs.length, 1);
    for (const job of jobs) jobSpecSchema.parse(JSON.parse(job));
  });

  test("the price list of docs/prices.md", async () => {
    const [list = ""] = await blocksOf("docs/prices.md", "json");
    assert.ok("prices" in readPriceList(list));
  });

  test("the timetable of docs/operations.md", async () => {
    const [job = ""] = (await blocksOf("docs/operations.md", "json")).filter((block) => block.includes("timetable"));
    limitsSchema.parse(JSON.parse(job).limits);
  });

  test("the local_job.cfg of the README", async () => {
    const [file = ""] = await blocksOf("README.md", "properties");
    assert.equal(jobOfProperties(file).answer, "mapped");
  });
});
