import * as v from "valibot";
import { parseJson } from "@icos/system";
import { commandFromWire, commandToWire, u32, type Command } from "./command.ts";
import { messageText } from "./message-text.ts";

/** One request; there is one on each connection. */
export interface Request {
  /** Context id that the sender says it has. */
  readonly senderCid: number;
  readonly command: Command;
}

const requestSchema = v.object({ sender_cid: u32, message: v.unknown() });

/** `{"sender_cid":3,"message":…}` in UTF-8, to the byte as upstream writes it. */
export function encodeRequest({ senderCid, command }: Request): Buffer {
  return Buffer.from(JSON.stringify({ sender_cid: senderCid, message: commandToWire(command) }));
}

/** Throws `vsock-request-invalid` or `vsock-command-unknown`, whose texts repeat no more than a little of the request. */
export function decodeRequest(bytes: Uint8Array): Request {
  const what = { code: "vsock-request-invalid", name: "The request", hideValues: true };
  const { sender_cid, message } = parseJson(requestSchema, messageText(bytes, what), what);
  return { senderCid: sender_cid, command: commandFromWire(message) };
}
