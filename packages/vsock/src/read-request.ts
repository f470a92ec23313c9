import { PIECE_BYTES } from "./connection.ts";
import type { OpenConnection } from "./open-connections.ts";
import { readMessage } from "./read-message.ts";
import type { ReadTurns } from "./read-turns.ts";

export interface ReadRequestModules {
  readonly turns: ReadTurns;
  readonly onGrowth: (bytes: number) => void;
}

/**
 * The connection's request. Its first bytes are read as they come, what is more when it is its turn. Rejects as
 * `readMessage`.
 */
export async function readRequest(
  open: OpenConnection,
  signal: AbortSignal,
  { turns, onGrowth }: ReadRequestModules,
): Promise<Buffer> {
  let received = 0;
  const deliver = (take: (piece: Uint8Array) => void): void =>
    open.connection.receive((piece) => {
      take(piece);
      received += piece.length;
      if (received < PIECE_BYTES) return true;
      turns.ask(open);
      return false;
    });
  try {
    return await readMessage(open.socket, { signal, onGrowth, deliver });
  } finally {
    turns.leave(open);
  }
}
