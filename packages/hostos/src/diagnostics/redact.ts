const HIDDEN = "[secret]";
/** With its end, or, where that is missing, as far as a key could reach. */
const KEY_BLOCK =
  /-----BEGIN ([A-Z ]*PRIVATE KEY)-----(?:[\s\S]{0,8192}?(?:-----END \1-----|$(?![\s\S]))|[\s\S]{0,8192})/g;
/** A field that holds a key, in JSON of any indentation, also inside a quoted string. */
const KEY_FIELD =
  /((?:\\?")(?:node_operator_private_key|private_key|secret|password|pin)(?:\\?")\s*:\s*)(\\?")(?!\2)(?:\\.|(?!\2)[^\\])*\2/gi;

/** Text without the private keys and passwords that somebody may have logged. */
export function redactText(text: string): string {
  return text.replace(KEY_BLOCK, HIDDEN).replace(KEY_FIELD, `$1$2${HIDDEN}$2`);
}

/** The lines of a key that are long enough to be recognised wherever they turn up. */
export function linesOfKey(pem: string): readonly string[] {
  return pem.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith("-----"));
}

/** The private keys in a text that holds more, such as the configuration object as upstream writes it; JSON or not. */
export function keysIn(text: string): readonly string[] {
  const plain = text.replaceAll(/\\r|\\n/g, "\n");
  return plain.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*/g) ?? [];
}

/** Whether something that must not leave the machine is in the text. */
export function holdsSecret(text: string, secretLines: readonly string[]): boolean {
  return /PRIVATE KEY-----\s*\S/.test(text) || secretLines.some((line) => text.includes(line));
}
