/** The list a record was opened from, so that its page can walk to its neighbours. */
const KEY = "trail";

interface Trail {
  entity: string;
  ids: string[];
  /** The view that the list showed. */
  view?: string | undefined;
}

const read = () => JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Trail | null;

export function keepTrail(entity: string, ids: string[], view?: string): void {
  sessionStorage.setItem(KEY, JSON.stringify({ entity, ids, view } satisfies Trail));
}

/** The view from whose list a record was opened. */
export function viewOf(entity: string, id: string): string | undefined {
  const trail = read();
  return trail?.entity === entity && trail.ids.includes(id) ? trail.view : undefined;
}

export interface Neighbours {
  at: number;
  of: number;
  previous: string | undefined;
  next: string | undefined;
}

export function neighboursOf(entity: string, id: string): Neighbours | null {
  const trail = read();
  const at = trail && trail.entity === entity ? trail.ids.indexOf(id) : -1;
  if (!trail || at < 0) return null;
  return { at: at + 1, of: trail.ids.length, previous: trail.ids[at - 1], next: trail.ids[at + 1] };
}
