import { SSH_KEYS_DIRECTORY } from "./ssh-keys.ts";

/** Names in `ic-bootstrap.tar`. */
export const BOOTSTRAP_FILES = {
  config: "config.json",
  /** Secret: the node operator's key, PEM. */
  operatorKey: "node_operator_private_key.pem",
  /** Development images only: the root key to use in place of the one in the image. */
  nnsPublicKeyOverride: "nns_public_key_override.pem",
  adminKeys: `${SSH_KEYS_DIRECTORY}/admin`,
} as const;
