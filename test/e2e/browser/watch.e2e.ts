// needs: chromium
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { System } from "../../system/system.ts";
import { openBrowser, openJob, patienceMs, signIn, stateOf, type TestBrowser, untilSays } from "./browser.ts";
import { jobNamed, keys, objectCount, slowly, startWorld, submit } from "./world.ts";

const mostScriptBytes = 150_000;

describe("the dashboard, looked at", () => {
  let system: System;
  let browser: TestBrowser;
  let page: Page;
  before(async () => {
    [system, browser] = await Promise.all([startWorld(), openBrowser()]);
    page = await browser.open(system.apiUrl);
  });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  test("an unknown key is refused in the API's words; a known one is typed once for the tab", async () => {
    await page.getByLabel("API key").fill("wrong-key-0001");
    await page.keyboard.press("Enter");
    await untilSays(page.locator("#api-key-fault"), "The service does not know this key");
    await signIn(page, keys.admin);
    await page.reload();
    await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
    assert.ok(!page.url().includes(keys.admin));
  });

  test("the scripts of the whole page are smaller than 150 KB as they are sent", async (t) => {
    const fresh = await browser.open(system.apiUrl);
    await fresh.getByLabel("API key").waitFor();
    const { sentBytes, plainBytes, files, paintMs } = await fresh.evaluate<ScriptFigures>(readScriptFigures);
    await fresh.context().close();
    t.diagnostic(
      `${files} scripts, ${sentBytes} bytes sent (${plainBytes} unpacked); first paint after ${Math.round(paintMs)} ms`,
    );
    assert.ok(files > 10);
    assert.ok(sentBytes > 10_000 && sentBytes < mostScriptBytes, `${sentBytes} bytes`);
  });

  test("a job appears in the list by itself, and is seen to its end without loading the page again", async () => {
    // Slow enough that even an idle machine has it running when the page hears of it, seconds after.
    await submit(system, jobNamed(system, "watched", { limits: { bytesPerSecond: 1_000_000 } }));
    const row = page.getByRole("row").filter({ hasText: "watched" });
    await untilSays(row, "running");
    await openJob(page, "watched");
    await untilSays(stateOf(page), "completed");
    await untilSays(page.getByRole("region", { name: "Progress" }), `${objectCount} copied`);
    assert.equal(await page.locator(".progress-large title").textContent(), "100 %: 600 of 600 objects settled");
    await untilSays(page.getByRole("region", { name: "Listing" }), "The whole source is listed.");
  });

  test("the report is saved as a file", async () => {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the report as CSV" }).click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), "watched-report.csv");
    assert.match(readFileSync(await file.path(), "utf8"), /copied/);
  });

  test("throughput is drawn over time, and told as a table too", async () => {
    await submit(system, jobNamed(system, "drawn", slowly));
    await openJob(page, "drawn");
    await page.locator(".chart canvas").waitFor();
    await page.getByText("As a table").click();
    await page.getByRole("table", { name: "Throughput over time" }).getByText("objects/s").nth(3).waitFor();
    await untilSays(page.locator("figcaption"), "over the last minute");
    await browser.picture(page, "job");
  });

  test("a page that is opened when all is over draws what was before it", async () => {
    const fresh = await browser.open(system.apiUrl);
    await signIn(fresh, keys.read);
    await openJob(fresh, "watched");
    await untilSays(stateOf(fresh), "completed");
    await fresh.getByText("As a table").click();
    const table = fresh.getByRole("table", { name: "Throughput over time" });
    await table
      .getByText(/[1-9][\d.,]* (?:B|KiB|MiB)\/s/)
      .first()
      .waitFor();
    await fresh.context().close();
  });

  test("workers are shown with their host, their tasks and their connections", async () => {
    await page.getByRole("link", { name: "Workers" }).click();
    const row = page.getByRole("table").getByRole("row").nth(1);
    await untilSays(row, "running");
    await untilSays(row, /\d+ of 4/);
    await row.getByLabel("Connections in use").waitFor();
    await untilSays(row, /\d cores/);
    await browser.picture(page, "workers");
  });

  test("text of a job that looks like HTML is text", async () => {
    const name = "<img src=x onerror=document.title='broken'>";
    const job = jobNamed(system, "marked-up");
    await submit(system, { ...job, target: { ...(job["target"] as object), prefix: `${name}/` } });
    await openJob(page, "marked-up");
    await page.getByText(`oss://target-bucket/${name}/`).waitFor();
    // The API takes no such name; a page must not rely on it.
    await page.route("**/v1/events", async (route) => {
      const jobs = await (
        await fetch(`${system.apiUrl}/v1/jobs`, { headers: { authorization: `Bearer ${keys.read}` } })
      ).json();
      await route.fulfill({ status: 200, contentType: "text/event-stream", body: fleetWith(name, jobs) });
    });
    // The stream ends at once, and the page would ask for the true list then.
    await page.route("**/v1/jobs?*", (route) => route.abort());
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.reload();
    try {
      await page.getByRole("link", { name, exact: true }).waitFor();
    } finally {
      await page.unrouteAll({ behavior: "wait" });
    }
    assert.equal(await page.title(), "Causeway");
    assert.equal(await page.locator("img").count(), 0);
  });

  test("a page whose stream breaks off goes on by itself when the API is back", async () => {
    await page.reload();
    const link = page.locator(".link");
    await untilSays(link, "live");
    await system.processes.kill("api");
    await untilSays(link, "reconnecting");
    system.processes.again("api");
    await untilSays(link, "live");
    await page.getByRole("link", { name: "drawn", exact: true }).waitFor();
  });

  test("the page says so while Redis does not answer the API", async () => {
    await system.processes.kill("redis", "SIGTERM");
    const banner = page.getByText("Redis does not answer the API");
    try {
      await banner.waitFor();
    } finally {
      system.processes.again("redis");
    }
    await banner.waitFor({ state: "detached", timeout: 2 * patienceMs });
  });

  test("a dark scheme and a telephone's width are served, in every view", async () => {
    for (const [name, options] of [
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
    ] as const) {
      const tab = await browser.open(system.apiUrl, options);
      await signIn(tab, keys.operate);
      await openJob(tab, "drawn");
      await tab.locator(".chart canvas").waitFor();
      await untilSays(tab.locator("figcaption"), "over the last minute");
      await browser.picture(tab, `job-${name}`);
      for (const view of ["Jobs", "Workers", "New job"]) {
        await tab.getByRole("link", { name: view }).click();
        await tab.getByRole("heading", { name: view, level: 1 }).waitFor();
        await browser.picture(tab, `${view.toLowerCase().replace(" ", "-")}-${name}`);
        const content = await tab.evaluate<number>("document.documentElement.scrollWidth");
        const window = await tab.evaluate<number>("document.documentElement.clientWidth");
        assert.ok(content <= window, `${view}, ${name}: ${content} pixels of content in ${window}`);
      }
      await tab.context().close();
    }
  });

  test("axe finds nothing against the rules of accessibility, light or dark", async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    for (const colorScheme of ["light", "dark"] as const) {
      const tab = await browser.open(system.apiUrl, { colorScheme });
      await tab.evaluate(axe);
      assert.deepEqual(await offencesIn(tab), [], `sign in, ${colorScheme}`);
      await signIn(tab, keys.admin);
      for (const view of ["Jobs", "Workers", "New job"]) {
        await tab.getByRole("link", { name: view }).click();
        await tab.getByRole("heading", { name: view, level: 1 }).waitFor();
        assert.deepEqual(await offencesIn(tab), [], `${view}, ${colorScheme}`);
      }
      await openJob(tab, "drawn");
      assert.deepEqual(await offencesIn(tab), [], `job, ${colorScheme}`);
      await tab.context().close();
    }
  });

  test("the page asks nobody else, breaks no policy and throws nothing", () => {
    assert.deepEqual(browser.offences, []);
  });
});

interface ScriptFigures {
  readonly sentBytes: number;
  readonly plainBytes: number;
  readonly files: number;
  readonly paintMs: number;
}

// What runs in the page is text here: this program knows no browser's types.
const readScriptFigures = `(() => {
  const scripts = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
  const sum = (field) => scripts.reduce((total, entry) => total + entry[field], 0);
  const paintMs = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  return { sentBytes: sum("encodedBodySize"), plainBytes: sum("decodedBodySize"), files: scripts.length, paintMs };
})()`;
const runAxe = `axe.run().then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`;

/** What axe says about the page as it stands, each rule with the elements that break it. */
function offencesIn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(runAxe);
}

/** A stream that tells of one job, under another name. */
function fleetWith(name: string, jobs: unknown): string {
  const [job] = (jobs as { readonly items: readonly Record<string, unknown>[] }).items;
  const nothing = { listed: 0, copied: 0, skipped: 0, failed: 0 };
  const tasks = { pendingTasks: 0, dispatchedTasks: 0, runningTasks: 0, succeedTasks: 0, failedTasks: 0 };
  const rate = { objectsPerSecond: 0, bytesPerSecond: 0, etaSeconds: null };
  const places = { source: "s3://a/", target: "oss://b/" };
  const figures = { ...tasks, rate, objects: nothing, bytes: nothing, scanFinished: true, failuresByCode: {} };
  const summary = { ...job, ...figures, ...places, jobName: name };
  return `event: jobs\ndata: ${JSON.stringify({ items: [summary] })}\n\n`;
}
