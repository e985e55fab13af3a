import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

/** Waits for this machine, which may be busy with much else. */
export const patienceMs = 60_000;

/** Where pictures go: what CI keeps, else a folder that is not committed. */
const pictures = process.env["CI_ARTIFACTS"] ?? ".artifacts";

/** Runs in the page, so it is text here: this program knows no browser's types. */
const tellViolations = `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("content security policy: " + violatedDirective + " " + blockedURI));`;

/** A Chromium of the system, and what its pages did that they must not. */
export interface TestBrowser {
  /** Opens the dashboard in a tab of its own. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Everything that a page asked of another origin, and every breach of the content security policy, crash and error. */
  readonly offences: readonly string[];
  /** Takes a picture of a page. */
  picture(page: Page, name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
  const offences: string[] = [];
  return {
    offences,
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      page.on("request", (request) => {
        if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith("blob:")) {
          offences.push(`asked for ${request.url()}`);
        }
      });
      page.on("pageerror", (error) => offences.push(`threw ${error.stack ?? error.message}`));
      // A refusal of the API is an answer; Chromium reports its status as an error all the same.
      page.on("console", (message) => {
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
          offences.push(message.text());
        }
      });
      await page.addInitScript(tellViolations);
      await page.goto(url);
      return page;
    },
    async picture(page, name) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `dashboard-${name}.png`) });
    },
    close: () => browser.close(),
  };
}

/** Types the key and waits for the list of jobs. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
}

/** Opens a job from the list. */
export async function openJob(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

/** The word that says in which state the opened job is. */
export function stateOf(page: Page): Locator {
  return page.locator(".job-state");
}

/** Waits until an element says something. */
export async function untilSays(element: Locator, words: string | RegExp): Promise<void> {
  await element.filter({ hasText: words }).waitFor({ timeout: 2 * patienceMs });
}

/** Answers the question of the dialog that is open. */
export async function answer(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

function chromiumPath(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  for (const name of names) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next one, then.
    }
  }
  throw new Error(`none of ${names.join(", ")} is installed`);
}
