// needs: chromium
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { System } from "../../system/system.ts";
import { answer, openBrowser, openJob, signIn, stateOf, type TestBrowser, untilSays } from "./browser.ts";
import { jobNamed, keys, objectCount, slowly, startWorld, submit } from "./world.ts";

describe("the dashboard, used", () => {
  let system: System;
  let browser: TestBrowser;
  let page: Page;
  before(async () => {
    [system, browser] = await Promise.all([startWorld(), openBrowser()]);
    page = await browser.open(system.apiUrl);
    await signIn(page, keys.admin);
  });
  beforeEach(() => page.getByRole("link", { name: "Jobs", exact: true }).click());
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  test("a job is submitted by the form, which shows every fault beside its field", async () => {
    await page.getByRole("link", { name: "New job" }).click();
    const submitButton = page.getByRole("button", { name: "Submit the job" });
    await submitButton.click();
    await page.getByText("The job cannot be taken as it is written.").waitFor();
    for (const field of [
      "name",
      "source-region",
      "source-endpoint",
      "target-bucket",
      "target-credentials-accessKeyId",
    ]) {
      assert.notEqual(await page.locator(`#field-${field}-fault`).textContent(), "", field);
      assert.equal(await page.locator(`#field-${field}`).getAttribute("aria-invalid"), "true");
    }
    await browser.picture(page, "submit-faults");

    await fillJob(page, system, "by-form");
    await page.locator("#field-target-endpoint").fill("http://192.0.2.1:9");
    await submitButton.click();
    await untilSays(page.locator("#field-target-endpoint-fault"), "ALLOWED_ENDPOINTS");
    // A fault in the list leads to its field.
    await page.getByRole("button", { name: /target\.endpoint/ }).click();
    assert.equal(await page.evaluate<string>("document.activeElement.id"), "field-target-endpoint");

    await page.locator("#field-target-endpoint").fill(system.stores.oss.url);
    await submitButton.click();
    await page.getByRole("heading", { name: "by-form", level: 1 }).waitFor();
    await untilSays(stateOf(page), "completed");
    await untilSays(page.getByRole("region", { name: "Progress" }), `${objectCount} copied`);
  });

  test("a job can be looked at before it is submitted", async () => {
    await page.getByRole("link", { name: "New job" }).click();
    await fillJob(page, system, "looked-at");
    await page.locator("#field-source-credentials-secretAccessKey").fill("not-the-secret");
    await page.getByRole("button", { name: "Check first" }).click();
    const lines = page.locator("#preflight");
    await untilSays(lines, "The job would not get far.");
    await untilSays(lines, "source.list");
    await page.locator("#field-source-credentials-secretAccessKey").fill(system.stores.s3.secretAccessKey);
    await page.getByRole("button", { name: "Check first" }).click();
    await untilSays(lines, /All is well|look at the warnings/);
  });

  test("a pasted job.cfg fills in the form, and what is wrong with it is told", async () => {
    await page.getByRole("link", { name: "New job" }).click();
    await page.getByText("Paste a job.cfg or JSON").click();
    const box = page.locator("#pasted");
    const read = page.getByRole("button", { name: "Fill in the form" });
    await box.fill("srcType=s3\nsrcBuket=x\n");
    await read.click();
    await untilSays(page.locator("#pasted-answer"), "srcBuket is not a key of job.cfg");

    await box.fill(jobCfg);
    await read.click();
    await untilSays(page.locator("#pasted-answer"), "scanThreadCount has no effect");
    assert.equal(await page.locator("#field-name").inputValue(), "nightly");
    assert.equal(await page.locator("#field-source-region").inputValue(), "ap-northeast-1");
    assert.equal(await page.locator("#field-target-prefix").inputValue(), "destination_folder/");
    await page.getByText("What has a default").click();
    assert.equal(await page.locator("#field-overwrite").inputValue(), "always");

    await box.fill('{ "name": "from-json",\n  "weight": 3 "source": {} }');
    await read.click();
    await untilSays(page.locator("#pasted-answer"), "This is not valid JSON in line 2");
    await box.fill('{ "name": "from-json", "weight": 3 }');
    await read.click();
    await untilSays(page.locator("#pasted-answer"), "The form is filled in");
    assert.equal(await page.locator("#field-name").inputValue(), "from-json");
  });

  test("failed objects stand under their code with its sentence, and are tried again by a button", async () => {
    await system.faults("oss", {
      rules: [
        { fault: "status", status: 400, code: "InvalidArgument", operation: "PutObject", by: "key", share: 0.02 },
      ],
    });
    await submit(system, jobNamed(system, "with-failures"));
    await openJob(page, "with-failures");
    await untilSays(stateOf(page), "completed with failures");
    const failures = page.getByRole("region", { name: "Failed objects" });
    await untilSays(failures, "TARGET_REFUSED");
    await untilSays(failures, "The target refused the request.");
    await failures.getByText("Which objects").click();
    await failures.getByRole("table").getByText("with-failures").or(failures.getByText("from/")).first().waitFor();
    await browser.picture(page, "failures");
    const saved = page.waitForEvent("download");
    await failures.getByRole("button", { name: "Download all failed objects as NDJSON" }).click();
    assert.equal((await saved).suggestedFilename(), "with-failures-failures.ndjson");

    await system.faults("oss", { rules: [] });
    await failures.getByRole("button", { name: "Retry TARGET_REFUSED" }).click();
    await answer(page, "Retry");
    await failures.waitFor({ state: "detached" });
    await untilSays(page.getByRole("region", { name: "Progress" }), `${objectCount} copied`);
    await untilSays(stateOf(page), /^completed$/);
  });

  test("a job is paused, resumed and cancelled, each only when the question is answered with yes", async () => {
    await submit(system, jobNamed(system, "held", slowly));
    await openJob(page, "held");
    const actions = page.getByRole("group", { name: "Actions" });
    await actions.getByRole("button", { name: "Pause" }).click();
    await browser.picture(page, "question");
    await answer(page, "Keep as it is");
    await untilSays(stateOf(page), "running");
    await actions.getByRole("button", { name: "Pause" }).click();
    await answer(page, "Pause");
    await untilSays(stateOf(page), "paused");
    await actions.getByRole("button", { name: "Resume" }).click();
    await answer(page, "Resume");
    await untilSays(stateOf(page), "running");
    await actions.getByRole("button", { name: "Cancel" }).click();
    await answer(page, "Cancel the job");
    await untilSays(stateOf(page), "cancelled");
    await actions.getByRole("button", { name: "Delete" }).click();
    await answer(page, "Delete");
    await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
    await page.getByRole("link", { name: "held", exact: true }).waitFor({ state: "detached" });
  });

  test("a question that is asked in the moment in which another was closed stays", async () => {
    await submit(system, jobNamed(system, "asked-twice", slowly));
    await openJob(page, "asked-twice");
    const pause = page.getByRole("group", { name: "Actions" }).getByRole("button", { name: "Pause" });
    await pause.click();
    await page.getByRole("dialog").waitFor();
    await page.evaluate(closeAndAskAgain);
    await answer(page, "Pause");
    await untilSays(stateOf(page), "paused");
  });

  test("limits and weight are changed in a dialog that shows what the API refuses", async () => {
    await submit(system, jobNamed(system, "limited", slowly));
    await openJob(page, "limited");
    await page.getByRole("button", { name: "Limits and weight" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("#field-weight").fill("900");
    await dialog.getByRole("button", { name: "Set them" }).click();
    await untilSays(dialog.locator("#field-weight-fault"), /./);
    await dialog.locator("#field-weight").fill("9");
    await dialog.locator("#field-limits-bytesPerSecond").fill("0");
    await dialog.getByRole("button", { name: "Add a window" }).click();
    await browser.picture(page, "limits");
    await dialog.getByRole("button", { name: "Remove window 1" }).click();
    await dialog.getByRole("button", { name: "Set them" }).click();
    await dialog.waitFor({ state: "detached" });
    await untilSays(page.getByRole("region", { name: "The job" }), "Weight9");
    await untilSays(stateOf(page), "completed");
  });

  test("a key that only reads sees everything and no button that changes anything", async () => {
    await submit(system, jobNamed(system, "read-only", slowly));
    const tab = await browser.open(system.apiUrl);
    await signIn(tab, keys.read);
    assert.equal(await tab.getByRole("link", { name: "New job" }).count(), 0);
    await openJob(tab, "read-only");
    await untilSays(tab.getByRole("region", { name: "Tasks" }), "Pending");
    const names = await tab.getByRole("group", { name: "Actions" }).getByRole("button").allTextContents();
    assert.deepEqual(names, ["JSON", "CSV", "Text"]);
    await tab.goto(`${system.apiUrl}/#/submit`);
    await tab.getByText("This key may only read.").waitFor();
    await tab.context().close();
  });

  test("everything can be done with the keyboard alone", async () => {
    // Still there to be paused however long the tabbing takes.
    await submit(system, jobNamed(system, "by-keyboard", { limits: { bytesPerSecond: 20_000 } }));
    const tab = await browser.open(system.apiUrl);
    await tab.keyboard.press("Tab");
    await tab.keyboard.type(keys.operate);
    await tab.keyboard.press("Enter");
    await tab.getByRole("link", { name: "by-keyboard", exact: true }).waitFor();
    await tabTo(tab, "Skip to the content");
    await tab.keyboard.press("Enter");
    await tabTo(tab, "by-keyboard");
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "by-keyboard", level: 1 }).waitFor();
    await tabTo(tab, "Pause");
    await tab.keyboard.press("Enter");
    await tab.getByRole("dialog").waitFor();
    await tab.keyboard.press("Escape");
    await tab.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await focused(tab), "Pause", "the focus is back where the dialog was opened");
    assert.equal(await tab.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle"), "solid");
    await tab.keyboard.press("Enter");
    await tab.getByRole("dialog").waitFor();
    await tabTo(tab, "Keep as it is");
    await tabTo(tab, "Pause");
    await tab.keyboard.press("Enter");
    await untilSays(stateOf(tab), "paused");
    await tab.context().close();
  });

  test("the page asks nobody else, breaks no policy and throws nothing", () => {
    assert.deepEqual(browser.offences, []);
  });
});

/** Runs in the page, so that no frame is drawn between the two; ends after the frames that follow. */
const closeAndAskAgain = `(async () => {
  document.querySelector("dialog").dispatchEvent(new Event("cancel"));
  while (document.querySelector("dialog") !== null) await null;
  [...document.querySelectorAll("[aria-label=Actions] button")].find(({ textContent }) => textContent.trim() === "Pause").click();
  for (let frames = 0; frames < 5; frames += 1) await new Promise(requestAnimationFrame);
})()`;

const jobCfg = `jobName=nightly
srcType=s3
srcAccessKey=AKIAEXAMPLEA
srcSecretKey=+RWexample/iM3=
srcDomain=s3.ap-northeast-1.amazonaws.com
srcBucket=eric-s3-tokyo
srcPrefix=source_folder/
destAccessKey=LTAIexampleic
destSecretKey=nEtMexampleiDx
destDomain=http://oss-cn-shanghai-internal.aliyuncs.com
destBucket=eric-oss-datastore-shanghai
destPrefix=destination_folder/
scanThreadCount=10
`;

const mostTabs = 60;

/** Presses Tab until the element of this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < mostTabs; presses += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${mostTabs} times Tab do not reach ${name}`);
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>("(document.activeElement?.textContent ?? '').trim()");
}

/** Fills in what a job between the emulators needs. */
async function fillJob(page: Page, { stores }: System, name: string): Promise<void> {
  const values = {
    name,
    "source-region": stores.s3.region,
    "source-endpoint": stores.s3.url,
    "source-bucket": "source-bucket",
    "source-prefix": "from/",
    "source-credentials-accessKeyId": stores.s3.accessKeyId,
    "source-credentials-secretAccessKey": stores.s3.secretAccessKey,
    "target-region": stores.oss.region,
    "target-endpoint": stores.oss.url,
    "target-bucket": "target-bucket",
    "target-prefix": `${name}/`,
    "target-credentials-accessKeyId": stores.oss.accessKeyId,
    "target-credentials-secretAccessKey": stores.oss.secretAccessKey,
  };
  for (const [field, value] of Object.entries(values)) await page.locator(`#field-${field}`).fill(value);
  await page.locator("#field-source-pathStyle").check();
}
