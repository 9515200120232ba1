// Evaluates formulas over rows as the browser does: node evaluate.mjs <folder of the evaluator> <input> <output>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, input, output] = process.argv.slice(2);
const { compile } = await import(pathToFileURL(`${folder}/evaluate.ts`).href);
const { context, customers, rows, calendars, formulas, digits } = JSON.parse(
  readFileSync(input, "utf8"),
);
if (digits) {
  const { Decimal } = await import(pathToFileURL(`${folder}/numbers.ts`).href);
  Decimal.set({ precision: digits });
}
const load = (_, id) => customers[id];
const answers = formulas.map((formula) => {
  const run = compile({ ...formula, calendars });
  return rows.map((row) => {
    try {
      return run(row, context, { load });
    } catch (error) {
      return { raised: String(error) };
    }
  });
});
writeFileSync(output, JSON.stringify(answers));
