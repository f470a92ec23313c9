/** The operating systems that are built from `images/`. */
export const OS_NAMES = ["guestos", "hostos"] as const;
export type OsName = (typeof OS_NAMES)[number];
