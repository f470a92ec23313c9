import type { Command, CommandKind, CommandOf } from "./command.ts";
import type { Payload } from "./response.ts";

/**
 * What the host does for each command. An error's text is the guest's answer. The signal aborts when the time for the
 * command has passed, or when the server stops.
 */
export type CommandHandlers = {
  readonly [Kind in CommandKind]: (command: CommandOf<Kind>, signal: AbortSignal) => Promise<Payload>;
};

export function handleCommand(handlers: CommandHandlers, command: Command, signal: AbortSignal): Promise<Payload> {
  return handle(handlers, command.kind, command, signal);
}

type Commands = { readonly [Kind in CommandKind]: CommandOf<Kind> };

/** The compiler follows kind and command together through one type parameter. */
async function handle<Kind extends CommandKind>(
  handlers: { readonly [K in Kind]: (command: Commands[K], signal: AbortSignal) => Promise<Payload> },
  kind: Kind,
  command: Commands[Kind],
  signal: AbortSignal,
): Promise<Payload> {
  return handlers[kind](command, signal);
}
