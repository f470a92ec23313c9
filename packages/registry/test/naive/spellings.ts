/** Every address that the tests use and that can be used, and the one it is a spelling of. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  "fd00::1": "fd00::1",
  "FD00:0:0::1": "fd00::1",
  "fd00::1:0": "fd00::1:0",
  "fd00::1:1": "fd00::1:1",
  "fd00::1:2": "fd00::1:2",
  "fd00::1:3": "fd00::1:3",
  "fd00::2": "fd00::2",
  "fd00::3": "fd00::3",
  "10.0.0.1": "10.0.0.1",
  "::ffff:10.0.0.1": "10.0.0.1",
};
