/** The list a record was opened from, so that its page can walk to its neighbours. */
const KEY = "trail";

interface Trail {
  entity: string;
  ids: string[];
}

export function keepTrail(entity: string, ids: string[]): void {
  sessionStorage.setItem(KEY, JSON.stringify({ entity, ids } satisfies Trail));
}

export interface Neighbours {
  at: number;
  of: number;
  previous: string | undefined;
  next: string | undefined;
}

export function neighboursOf(entity: string, id: string): Neighbours | null {
  const trail = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Trail | null;
  const at = trail && trail.entity === entity ? trail.ids.indexOf(id) : -1;
  if (!trail || at < 0) return null;
  return { at: at + 1, of: trail.ids.length, previous: trail.ids[at - 1], next: trail.ids[at + 1] };
}
