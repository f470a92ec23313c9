import type { Command } from "commander";
import { IcosError } from "@icos/system";

export const SHELLS = ["bash", "zsh", "fish"] as const;

interface Word {
  readonly word: string;
  readonly description: string;
}

/** What may follow one command path. */
interface Place {
  /** `icos`, `icos testnet`, … */
  readonly path: readonly string[];
  readonly words: readonly Word[];
}

/** A completion script made from the command tree, so that it cannot fall behind it. */
export function completionScript(shell: string, program: Command): string {
  const places = collectPlaces(program, [program.name()]);
  switch (shell) {
    case "bash":
      return bash(program.name(), places);
    case "zsh":
      return `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash(program.name(), places)}`;
    case "fish":
      return fish(program.name(), places);
    default:
      throw new IcosError("usage", `There is no completion for "${shell}".`);
  }
}

function collectPlaces(command: Command, path: readonly string[]): Place[] {
  const words: Word[] = command.commands.map((child) => ({ word: child.name(), description: child.description() }));
  for (const argument of command.registeredArguments)
    for (const choice of argument.argChoices ?? []) words.push({ word: choice, description: argument.description });
  for (const option of [...command.options, command.createOption("-h, --help", "display help for command")])
    if (option.long) words.push({ word: option.long, description: option.description });
  return [{ path, words }, ...command.commands.flatMap((child) => collectPlaces(child, [...path, child.name()]))];
}

/** Walks the words before the cursor down the tree, then offers what fits there; file names otherwise. */
function bash(name: string, places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words }) => `    "${path.join(" ")}") words="${words.map(({ word }) => word).join(" ")}" ;;`,
  );
  const paths = places.map(({ path }) => `"${path.join(" ")}"`).join("|");
  return `_${name}_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="${name}" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${paths}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name}_complete ${name} ./${name}
`;
}

function fish(name: string, places: readonly Place[]): string {
  const lines = [`complete -c ${name} -f`];
  for (const { path, words } of places) {
    const [, ...below] = path;
    const children = places
      .filter((place) => place.path.length === path.length + 1 && path.every((part, i) => place.path[i] === part))
      .map((place) => place.path.at(-1));
    const seen = below.map((part) => `__fish_seen_subcommand_from ${part}`);
    const open = children.length > 0 ? [`not __fish_seen_subcommand_from ${children.join(" ")}`] : [];
    const condition = [...seen, ...open].join("; and ") || "true";
    for (const { word, description } of words) {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
      lines.push(`complete -c ${name} -n ${quote(condition)} ${what} -d ${quote(description)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
