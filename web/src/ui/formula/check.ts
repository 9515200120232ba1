/** What the server says about a formula: faults with places, or its type, both texts and a value. */
import { call } from "@/api/client";

export interface FormulaFault {
  code: string;
  start: number;
  end: number;
  message: string;
  /** What may be written in its place instead. */
  args?: { fix?: string };
}
export interface Checked {
  errors: FormulaFault[];
  type?: string;
  canonical?: string;
  display?: string;
  value?: unknown;
}
export interface About {
  app: string;
  entity: string;
  usage: "filter" | "scope" | "rule" | "value";
  record?: string | undefined;
  /** The setting of the field that the formula is written for. */
  blanks?: "zero" | "keep";
}

export async function check(formula: string, about: About): Promise<Checked> {
  const found = await call<Checked>("POST", "/formula/check", { body: { ...about, formula } });
  return { ...found, errors: found.errors.map((one) => placed(one, formula)) };
}

/** The server counts characters; the browser counts halves of some. */
function placed(fault: FormulaFault, text: string): FormulaFault {
  const characters = [...text];
  const at = (count: number) => characters.slice(0, count).join("").length;
  return { ...fault, start: at(fault.start), end: at(fault.end) };
}
