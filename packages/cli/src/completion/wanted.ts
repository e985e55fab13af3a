import type { Argument, Command, Option } from "commander";

/** What may stand where the cursor is. */
export type Wanted =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "jobs" | "files" };

/** Says what may come next on a command line; the last word is the one that is being typed, "" where none is. */
export function wantedAt(program: Command, typed: readonly string[]): Wanted {
  const current = typed.at(-1) ?? "";
  const { command, rest } = commandOf(program, typed.slice(0, -1));
  const options = command.options.filter((option) => !option.hidden);
  const before = options.find((option) => isNamed(option, rest.at(-1)));
  if (before !== undefined && (before.required || before.optional)) return wantedByOption(before);
  if (current.startsWith("-")) {
    return words(
      [...options.flatMap(({ short, long }) => [short, long]), "--help"].filter((name) => name !== undefined),
    );
  }
  if (command.commands.length > 0) return words([...visible(command).map((one) => one.name()), "help"]);
  const argument = command.registeredArguments[positionals(rest, options)];
  return argument === undefined ? words([]) : wantedByArgument(argument);
}

function commandOf(program: Command, before: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let from = 0;
  for (const [at, word] of before.entries()) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) continue;
    command = next;
    from = at + 1;
  }
  return { command, rest: before.slice(from) };
}

/** How many arguments stand there already: words that are neither options nor options' values. */
function positionals(before: readonly string[], options: readonly Option[]): number {
  let count = 0;
  for (const [at, word] of before.entries()) {
    const owner = options.find((option) => isNamed(option, before[at - 1]));
    if (word.startsWith("-") || owner?.required === true || owner?.optional === true) continue;
    count += 1;
  }
  return count;
}

function isNamed({ short, long }: Option, word: string | undefined): boolean {
  return word !== undefined && (short === word || long === word);
}

function wantedByOption({ argChoices, flags }: Option): Wanted {
  if (argChoices !== undefined) return words(argChoices);
  return /<(?:file|folder)>/.test(flags) ? { kind: "files" } : words([]);
}

function wantedByArgument(argument: Argument): Wanted {
  if (argument.argChoices !== undefined) return words(argument.argChoices);
  if (argument.name() === "job") return { kind: "jobs" };
  return ["file", "folder"].includes(argument.name()) ? { kind: "files" } : words([]);
}

function visible(command: Command): readonly Command[] {
  const hidden = new Set(["complete"]);
  return command.commands.filter((one) => !hidden.has(one.name()));
}

function words(all: readonly string[]): Wanted {
  return { kind: "words", words: all };
}
