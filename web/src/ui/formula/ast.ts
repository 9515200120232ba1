/** The tree of a formula, in the JSON form that the server gives. */

export interface Literal {
  op: "literal";
  type: "number" | "text" | "bool";
  value: string | boolean;
}
export interface Path {
  op: "path";
  path: string[];
}
export interface Call {
  op: "call";
  name: string;
  args: Ast[];
}
export type Ast = Literal | Path | Call;

export const literal = (type: Literal["type"], value: string | boolean): Literal => ({
  op: "literal",
  type,
  value,
});
export const path = (...parts: string[]): Path => ({ op: "path", path: parts });
export const call = (name: string, ...args: Ast[]): Call => ({ op: "call", name, args });

/** The words of the language in Chinese, as typed and as shown. */
export const WORDS: Record<string, string> = {
  AND: "且",
  OR: "或",
  NOT: "非",
  IN: "属于",
  TRUE: "真",
  FALSE: "假",
};
