/** Filters as formula text. */

/** Several filters that must all hold. */
export function allOf(...filters: (string | undefined)[]): string | undefined {
  const given = filters.filter((one): one is string => Boolean(one?.trim()));
  if (given.length <= 1) return given[0];
  return given.map((one) => `(${one})`).join(" AND ");
}
