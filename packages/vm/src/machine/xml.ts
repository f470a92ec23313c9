/** An XML element; attributes that are undefined are left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly XmlElement[] | string;
}

type Child = XmlElement | undefined | readonly XmlElement[];

export function element(
  name: string,
  attributes: XmlElement["attributes"] = {},
  children: readonly Child[] | string = [],
): XmlElement {
  return {
    name,
    attributes,
    children: typeof children === "string" ? children : children.flatMap((each) => each ?? []),
  };
}

/** Indented by two blanks, with a line end after each element. */
export function formatXml({ name, attributes, children }: XmlElement, indent = ""): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}='${escapeXml(String(value))}'`],
  );
  const start = `${indent}<${name}${list.join("")}`;
  if (typeof children === "string") return `${start}>${escapeXml(children)}</${name}>\n`;
  if (children.length === 0) return `${start}/>\n`;
  return `${start}>\n${children.map((child) => formatXml(child, `${indent}  `)).join("")}${indent}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>'"]/g, (character) => ENTITIES[character] ?? "");
}
