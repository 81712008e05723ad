/** A stream of server-sent events, kept open while somebody looks at the page. */
export type ConnectionStatus = 'connecting' | 'open' | 'reconnecting';

export interface ConnectionDeps {
  /** Asked anew at each opening, so that it can say where to go on. */
  address(): string;
  /** By the event's name. */
  events: Readonly<Record<string, (event: MessageEvent<string>) => void>>;
  onStatus(status: ConnectionStatus): void;
  onOpen(): void;
  /** The server answered, but not with a stream. */
  onRefused(): void;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

export const createConnection = (deps: ConnectionDeps) => {
  let source: EventSource | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };

  const retryLater = () => {
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
    failures += 1;
    timer = setTimeout(open, longest * (0.5 + Math.random() / 2));
  };

  const open = () => {
    close();
    const opened = new EventSource(deps.address());
    source = opened;
    opened.addEventListener('open', () => {
      failures = 0;
      deps.onStatus('open');
      deps.onOpen();
    });
    for (const [name, take] of Object.entries(deps.events)) opened.addEventListener(name, take as (event: Event) => void);
    opened.addEventListener('error', () => {
      deps.onStatus('reconnecting');
      // After a broken connection the browser tries again by itself; after an answer that is no stream it gives up.
      if (opened.readyState !== EventSource.CLOSED) return;
      close();
      deps.onRefused();
      retryLater();
    });
  };

  return {
    /**
     * A hidden tab gives its stream back: a browser opens six connections to one host at most, and six
     * tabs with a stream each would leave none for anything else. The answer stops it for good.
     */
    start(): () => void {
      const follow = () => (document.visibilityState === 'visible' ? open() : close());
      document.addEventListener('visibilitychange', follow);
      addEventListener('online', follow);
      deps.onStatus('connecting');
      follow();
      return () => {
        document.removeEventListener('visibilitychange', follow);
        removeEventListener('online', follow);
        close();
      };
    },
  };
};
