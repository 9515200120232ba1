/** Of many rows only those in sight are drawn; the rest is height. Few rows are drawn whole. */
import { useRef, useState } from "react";

/** So many rows are drawn whole; more get a scrolling frame of their own. */
export const WHOLE = 60;
const ROW = 35;
const STEP = 10;
const OVER = 10;
const DRAWN = 50;

export interface Window {
  start: number;
  end: number;
  /** The heights of what is not drawn. */
  above: number;
  below: number;
}

export function windowOf(count: number, top: number): Window {
  if (count <= WHOLE) return { start: 0, end: count, above: 0, below: 0 };
  const first = Math.floor(top / ROW / STEP) * STEP - OVER;
  const start = Math.max(0, Math.min(first, count - DRAWN));
  const end = Math.min(count, start + DRAWN);
  return { start, end, above: start * ROW, below: (count - end) * ROW };
}

export function useWindow(count: number) {
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const long = count > WHOLE;
  const settle = (next: number) =>
    setTop((before) =>
      windowOf(count, before).start === windowOf(count, next).start ? before : next,
    );
  /** Bring a row into sight. */
  const reveal = (row: number) => {
    const box = frame.current;
    if (!box || !long) return;
    const edge = 2 * ROW; // the head and the totals stay in sight
    const up = row * ROW - edge;
    const down = (row + 1) * ROW + edge + ROW - box.clientHeight;
    const next = Math.min(Math.max(box.scrollTop, down), Math.max(0, up));
    if (next !== box.scrollTop) box.scrollTop = next;
    settle(next);
  };
  return {
    frame,
    long,
    drawn: windowOf(count, top),
    reveal,
    onScroll: long ? () => settle(frame.current?.scrollTop ?? 0) : undefined,
  };
}
