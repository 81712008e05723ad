/** Short words on what was done, read out and shown for a while. */
import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useCallback, useContext, useRef, useState } from 'preact/hooks';

type Say = (text: string) => void;

const NoticesContext = createContext<Say>(() => undefined);
const SHOWN_MS = 8_000;
const MOST = 3;

export const useNotices = (): Say => useContext(NoticesContext);

export const Notices = ({ children }: { children: ComponentChildren }) => {
  const [notices, setNotices] = useState<readonly { id: number; text: string }[]>([]);
  const last = useRef(0);
  const say = useCallback((text: string) => {
    const id = ++last.current;
    setNotices((before) => [...before.slice(1 - MOST), { id, text }]);
    setTimeout(() => setNotices((before) => before.filter((notice) => notice.id !== id)), SHOWN_MS);
  }, []);
  return (
    <NoticesContext.Provider value={say}>
      {children}
      <div class="notices" role="status">
        {notices.map(({ id, text }) => (
          <p key={id} class="notice">
            {text}
          </p>
        ))}
      </div>
    </NoticesContext.Provider>
  );
};
