/** How values are shown: money with its sign, dates without this year, blanks as a dash. */
import { Decimal } from "decimal.js";

Decimal.set({ precision: 80, toExpNeg: -9e15, toExpPos: 9e15 });

export const DASH = "—";
const SIGNS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€" };

function grouped(text: string): string {
  const [whole = "0", fraction] = text.split(".");
  const digits = whole.replace("-", "").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${whole.startsWith("-") ? "-" : ""}${digits}${fraction ? `.${fraction}` : ""}`;
}

export function decimalOf(value: unknown): Decimal | null {
  if (value === null || value === undefined || value === "") return null;
  try {
    const found = new Decimal(String(value).replace(/,/g, ""));
    return found.isFinite() ? found : null;
  } catch {
    return null;
  }
}

export function formatMoney(value: unknown, currency = "CNY"): string {
  const amount = decimalOf(value);
  if (!amount) return DASH;
  const places = Math.max(2, amount.decimalPlaces());
  const text = grouped(amount.abs().toFixed(places));
  return `${amount.isNegative() ? "-" : ""}${SIGNS[currency] ?? `${currency} `}${text}`;
}

export function formatNumber(value: unknown): string {
  const number = decimalOf(value);
  return number ? grouped(number.toFixed()) : DASH;
}

export function formatPercent(value: unknown): string {
  const number = decimalOf(value);
  return number ? `${number.times(100).toFixed()}%` : DASH;
}

export function formatDate(value: unknown, now = new Date()): string {
  if (typeof value !== "string" || !value) return DASH;
  const [year, month, day] = value.slice(0, 10).split("-");
  return Number(year) === now.getFullYear() ? `${month}-${day}` : `${year}-${month}-${day}`;
}

const ZONE = "Asia/Shanghai";

export function formatDateTime(value: unknown, now = new Date()): string {
  if (typeof value !== "string" || !value) return DASH;
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return DASH;
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: ZONE,
    dateStyle: "short",
    timeStyle: "short",
  }).format(moment);
  const [day = "", time = ""] = parts.split(" ");
  return `${formatDate(day, now)} ${time}`;
}

export function formatCount(count: number | null, estimated: boolean): string {
  if (count === null) return "";
  return estimated
    ? `${grouped(String(Math.floor(count / 1000) * 1000))}+`
    : grouped(String(count));
}

/** Half up to places, as the server rounds. */
export function rounded(value: Decimal, places = 2): string {
  return value.toDecimalPlaces(places, Decimal.ROUND_HALF_UP).toFixed(places);
}

export { Decimal };
