import { type KeyObject, randomBytes } from "node:crypto";

const TYPE = "ssh-ed25519";

/** An Ed25519 key as `ssh` reads it: the format `openssh-key-v1` (OpenSSH's PROTOCOL.key), without a passphrase. */
export function encodeOpensshKeyPair(key: KeyObject, comment: string): { privateKey: string; publicKey: string } {
  const jwk = key.export({ format: "jwk" });
  const secret = Buffer.from(jwk.d ?? "", "base64url");
  const point = Buffer.from(jwk.x ?? "", "base64url");
  const publicBlob = Buffer.concat([string(TYPE), string(point)]);
  const check = randomBytes(4);
  const fields = [check, check, string(TYPE), string(point), string(Buffer.concat([secret, point])), string(comment)];
  const privateBlob = pad(Buffer.concat(fields));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    uint32(1),
    string(publicBlob),
    string(privateBlob),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
    publicKey: `${TYPE} ${publicBlob.toString("base64")} ${comment}`,
  };
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** To the cipher's block of 8, with bytes 1, 2, 3, … */
function pad(blob: Buffer): Buffer {
  const padding = Array.from({ length: (8 - (blob.length % 8)) % 8 }, (_, i) => i + 1);
  return Buffer.concat([blob, Buffer.from(padding)]);
}
