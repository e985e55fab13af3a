import { Argument, type Command } from "commander";
import { jobSchema, pageOf } from "../api/schemas.ts";
import { scripts, type Shell, shells } from "../completion/scripts.ts";
import { type Wanted, wantedAt } from "../completion/wanted.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";

/** Nobody waits longer for a Tab. */
const patienceMs = 1500;
/** Shells read more than text into other characters (bash runs `$(…)`), and whoever answers at CAUSEWAY_API chooses the names. */
const jobName = /^[\w.-]+$/;

/** `causeway completion SHELL`, and `causeway complete`, which the shells then ask. */
export function addCompletion(program: Command, context: CliContext): void {
  const completion = program
    .command("completion")
    .addArgument(new Argument("<shell>", "your shell").choices(shells))
    .option("--json", "print JSON")
    .description("print what makes a shell complete causeway's commands, options, files and jobs' names")
    .action((shell: Shell, options: { readonly json?: boolean }) => {
      if (options.json === true) context.say(JSON.stringify({ shell, script: scripts[shell] }));
      else context.print(scripts[shell]);
    });
  withExamples(completion, [
    "source <(causeway completion bash)                                    # in ~/.bashrc",
    "source <(causeway completion zsh)                                     # in ~/.zshrc, behind compinit",
    "causeway completion fish > ~/.config/fish/completions/causeway.fish",
  ]);
  program
    .command("complete", { hidden: true })
    .argument("[words...]", "what is typed, the unfinished word last")
    .helpOption(false)
    .action(async (typed: readonly string[]) => {
      for (const line of await answerTo(wantedAt(program, typed), context)) context.say(line);
    });
}

async function answerTo(wanted: Wanted, context: CliContext): Promise<readonly string[]> {
  switch (wanted.kind) {
    case "files":
      return [":files"];
    case "jobs":
      return jobNames(context);
    case "words":
      return wanted.words;
    default:
      return wanted satisfies never;
  }
}

/** Without an API there are no names to offer, and nothing to say. */
async function jobNames(context: CliContext): Promise<readonly string[]> {
  const signal = AbortSignal.any([AbortSignal.timeout(patienceMs), context.stopping]);
  const call = { method: "GET", path: "/jobs?limit=100", signal } as const;
  const page = await context.api.json(pageOf(jobSchema), call).catch(() => ({ items: [] }));
  return page.items.map(({ name }) => name).filter((name) => jobName.test(name));
}
