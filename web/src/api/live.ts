/** Live hints: one stream a browser; the tab that holds the lock listens and tells the others. */
import type { Query, QueryClient } from "@tanstack/react-query";
import { address } from "./client";

interface Hint {
  entity: string;
  ids: string[];
}

export function startLive(client: QueryClient): () => void {
  const channel = new BroadcastChannel("orderloom-live");
  const apply = (hint: Hint | null) =>
    void (hint
      ? client.invalidateQueries({ queryKey: [hint.entity] })
      : client.refetchQueries({
          type: "active",
          predicate: ({ state }) => state.status === "error",
        }));
  channel.addEventListener("message", (event: MessageEvent<Hint | null>) => apply(event.data));
  const tell = (hint: Hint | null) => {
    apply(hint);
    channel.postMessage(hint);
  };
  const stop = new AbortController();

  const listen = () =>
    new Promise<void>((resolve) => {
      // lists are read again as a whole: which of their records changed need not be looked up
      const source = new EventSource(address("/live?ids="));
      // nobody told of what changed before the stream stood, be it the first or one after a break
      source.addEventListener("open", () => {
        const opened = Date.now();
        const before = ({ queryKey: [of], state }: Query) =>
          String(of).includes(".") && state.dataUpdatedAt > 0 && state.dataUpdatedAt < opened;
        void client.invalidateQueries({ predicate: before });
      });
      source.addEventListener("hint", (event) => {
        tell(JSON.parse((event as MessageEvent<string>).data) as Hint);
      });
      // the server is there again: what could not be read while it was away is read now
      let away = false;
      source.addEventListener("error", () => {
        away = true;
      });
      source.addEventListener("open", () => {
        if (away) tell(null);
        away = false;
      });
      stop.signal.addEventListener("abort", () => {
        source.close();
        resolve();
      });
    });

  if (navigator.locks) {
    void navigator.locks
      .request("orderloom-live", { signal: stop.signal }, listen)
      .catch(() => undefined);
  } else {
    void listen();
  }
  return () => {
    stop.abort();
    channel.close();
  };
}
